// Is it this machine itself? There nobody listens in, and plain HTTP will do.
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
