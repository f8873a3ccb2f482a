import type { FastifyInstance } from 'fastify';

/** The methods that an app takes at a path; none where it has nothing there. */
export type TakenMethods = (path: string) => readonly string[];

interface TakenRoute {
  readonly parts: readonly string[];
  readonly methods: readonly string[];
}

/**
 * Notes the routes that are added from now on. One that ends in `*` is left out: what it has is
 * known to its handler alone, which has answered for its own methods.
 */
export function noteTakenMethods(app: FastifyInstance): TakenMethods {
  const routes: TakenRoute[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.endsWith('*')) routes.push({ parts: url.split('/'), methods: [method].flat() });
  });
  return (path) => {
    const parts = path.split('/');
    const methods = routes.flatMap((route) => (isAt(route, parts) ? route.methods : []));
    return [...new Set(methods)].toSorted();
  };
}

function isAt({ parts }: TakenRoute, asked: readonly string[]): boolean {
  if (parts.length !== asked.length) return false;
  return parts.every((part, at) => (part.startsWith(':') ? asked[at] !== '' : part === asked[at]));
}
