import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { BridgeCalls } from '../../main/bridge.ts';
import { argumentParsers } from '../../main/bridge-arguments.ts';
import { profileFrom } from '../../main/profile.ts';

const documentId = `e${'2'.repeat(27)}`;

test('arguments of every call are taken in their promised form', () => {
  const examples: { readonly [Channel in keyof BridgeCalls]: BridgeCalls[Channel]['argument'] } = {
    'document:open': { documentId, relay: { url: 'https://relay.example.org' }, create: false },
    'document:state': { title: 'Minutes', unsaved: 3 },
    'link:open': { url: 'https://example.org/' },
    'file:open': null,
    'file:save': { name: 'Minutes.md', text: 'a\r\nb' },
    'switches:state': { authors: false, 'line-numbers': true, 'wrap-lines': false, spellcheck: true },
    'spelling:get': null,
    'library:show': null,
    'relay:get': null,
    'relay:network': { open: true },
  };
  expect(argumentParsers['document:open'](examples['document:open'])).toEqual({
    ok: true,
    value: examples['document:open'],
  });
  expect(argumentParsers['document:state'](examples['document:state'])).toEqual({
    ok: true,
    value: examples['document:state'],
  });
  expect(argumentParsers['link:open'](examples['link:open'])).toEqual({
    ok: true,
    value: examples['link:open'],
  });
  expect(argumentParsers['file:open'](null)).toEqual({ ok: true, value: null });
  expect(argumentParsers['file:save'](examples['file:save'])).toEqual({
    ok: true,
    value: examples['file:save'],
  });
  expect(argumentParsers['switches:state'](examples['switches:state'])).toEqual({
    ok: true,
    value: examples['switches:state'],
  });
  expect(argumentParsers['spelling:get'](null)).toEqual({ ok: true, value: null });
  expect(argumentParsers['library:show'](null)).toEqual({ ok: true, value: null });
  expect(argumentParsers['relay:get'](null)).toEqual({ ok: true, value: null });
  expect(argumentParsers['relay:network'](examples['relay:network'])).toEqual({
    ok: true,
    value: { open: true },
  });
});

test.each<[keyof BridgeCalls, unknown]>([
  ['document:open', null],
  ['document:open', { documentId: '../../etc', relay: 'local', create: false }],
  ['document:open', { documentId, relay: { url: 'file:///etc/passwd' }, create: false }],
  ['document:open', { documentId, relay: 'elsewhere', create: false }],
  ['document:open', { documentId, relay: 'local' }],
  ['document:state', { title: 7, unsaved: 0 }],
  ['document:state', { title: '', unsaved: -1 }],
  ['document:state', { title: '', unsaved: Number.NaN }],
  ['link:open', 'https://example.org/'],
  ['link:open', { url: 7 }],
  ['link:open', { url: 'example.org' }],
  ['link:open', { url: 'file:///etc/passwd' }],
  ['link:open', { url: 'javascript:alert(1)' }],
  ['link:open', { url: 'app://inkroom/index.html' }],
  ['link:open', { url: 'ms-settings:' }],
  ['link:open', { url: 'mailto:a@example.org?attach=/etc/passwd' }],
  ['link:open', { url: `https://example.org/${'a'.repeat(2000)}` }],
  ['file:open', '/etc/passwd'],
  ['file:save', { name: '', text: '' }],
  ['file:save', { name: 'a'.repeat(256), text: '' }],
  ['file:save', { name: 'a', text: 7 }],
  ['switches:state', { 'line-numbers': true, 'wrap-lines': false }],
  ['library:show', 'now'],
  ['relay:network', { open: 'yes' }],
])('[G8] %s refuses %j', (channel, argument) => {
  expect(argumentParsers[channel](argument)).toMatchObject({ ok: false });
});

test('a profile is a plain name under the home folder', () => {
  const env = { INKROOM_HOME: 'somewhere' };
  const profiles = resolve('somewhere', 'profiles');
  expect(profileFrom([], env)).toMatchObject({ profile: { folder: join(profiles, 'default') } });
  expect(profileFrom(['x', '--profile', 'Anna'], env)).toMatchObject({
    profile: { folder: join(profiles, 'anna') },
  });
  expect(profileFrom(['--profile=berta'], env)).toMatchObject({ profile: { name: 'berta' } });
});

test.each(['..', '', 'a/b', '-x', 'a'.repeat(33)])(
  'a profile named %j is refused with a sentence',
  (name) => {
    expect(profileFrom(['--profile', name], {})).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('--profile'),
    });
  },
);
