export { AddressGuard, type AddressPolicy } from './address-guard.ts';
export {
  type ComposedOutboundGateway,
  createOutboundGateway,
  type OutboundGatewayOptions,
} from './outbound-gateway.ts';
