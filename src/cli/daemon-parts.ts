// What the daemon alone loads. The build makes one file of it: loading several hundred takes half a second of a processor,
// and clients wait for a daemon that is started again.
export { serve } from '../flow/daemon/serve.ts';
export { handleHook } from './hook-handler.ts';
