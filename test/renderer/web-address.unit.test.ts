import { expect, test } from 'vitest';
import { outsideAddress } from '../../main/outside-address.ts';
import { saysItsAddress, webAddress } from '../../renderer/web-address.ts';

test.each([
  'https://example.org/a?b#c',
  'http://127.0.0.1:4040/',
  'HTTPS://EXAMPLE.ORG',
  'mailto:a@example.org?subject=b&body=c',
])('[secure] %s is offered by the page and let through by the app', (address) => {
  expect(webAddress(address)?.href).toBe(outsideAddress(address));
  expect(outsideAddress(address)).toBeDefined();
});

test.each([
  ...[
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:null/1',
  ],
  ...['vbscript:x', 'app://inkroom/index.html', 'inkroom://host/id', 'ms-msdt:x', 'smb://host/x', 'tel:1'],
  ...[
    '//example.org',
    '/etc/passwd',
    'example.org',
    '#heading',
    '',
    'https://',
    'mailto:a@b.c?attach=/etc/passwd',
  ],
  `https://example.org/${'a'.repeat(2000)}`,
])('[secure] %j is neither offered nor let through', (address) => {
  expect(webAddress(address)).toBeUndefined();
  expect(outsideAddress(address)).toBeUndefined();
});

test('only a link whose words are its address may open without a question', () => {
  const address = new URL('https://example.org/');
  expect(
    ['https://example.org', ' https://example.org/ '].every((text) => saysItsAddress(text, address)),
  ).toBe(true);
  const others = ['example.org', 'https://example.com/', 'https://example.org@evil.example/', 'here', ''];
  expect(others.filter((text) => saysItsAddress(text, address))).toEqual([]);
  expect(saysItsAddress('a@example.org', new URL('mailto:a@example.org'))).toBe(true);
});
