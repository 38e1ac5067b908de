import { expect, test } from 'vitest';
import {
  organisationFile,
  socketPath,
  stateHome,
  userConfigFile,
} from '../../src/config/places.ts';

test.each([
  ['own', { AITRAIL_HOME: '/a/b', XDG_STATE_HOME: '/s', HOME: '/h' }, '/a/b'],
  ['own, relative: not a place', { AITRAIL_HOME: 'b', XDG_STATE_HOME: '/s' }, '/s/aitrail'],
  ['xdg', { XDG_STATE_HOME: '/s', HOME: '/h' }, '/s/aitrail'],
])('stateHome: %s', (_, env, want) => expect(stateHome(env)).toBe(want));

test.runIf(process.platform === 'linux')('stateHome: home', () =>
  expect(stateHome({ HOME: '/h' })).toBe('/h/.local/state/aitrail'),
);

test.each([
  ['xdg', { XDG_CONFIG_HOME: '/c', HOME: '/h' }, '/c/aitrail/config.yaml'],
  ['home', { HOME: '/h' }, '/h/.config/aitrail/config.yaml'],
])('userConfigFile: %s', (_, env, want) => expect(userConfigFile(env)).toBe(want));

test('the organisation file is the named one, else the machine-wide one', () => {
  expect(organisationFile({ AITRAIL_POLICY: '/p.yaml' })).toEqual({
    path: '/p.yaml',
    isNamed: true,
  });
  expect(organisationFile({}).isNamed).toBe(false);
});

test.runIf(process.platform !== 'win32')('a socket path is never cut', () => {
  const long = `/${'x'.repeat(120)}`;
  expect(socketPath({ AITRAIL_HOME: '/short' })).toBe('/short/run/daemon.sock');
  for (const env of [{ AITRAIL_HOME: long }, { AITRAIL_HOME: long, XDG_RUNTIME_DIR: long }]) {
    expect(Buffer.byteLength(socketPath(env))).toBeLessThanOrEqual(100);
    expect(socketPath(env)).toBe(socketPath(env));
  }
  expect(socketPath({ AITRAIL_HOME: long })).not.toBe(socketPath({ AITRAIL_HOME: `${long}y` }));
});
