// What the tests use of it: the package brings no types.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';
  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    use(
      step: (
        context: { readonly path: string; readonly body: object },
        next: () => Promise<void>,
      ) => Promise<void>,
    ): void;
  }
}
