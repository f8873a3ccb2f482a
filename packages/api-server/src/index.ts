export { WINDOWS, type WindowName } from './contract.ts';
