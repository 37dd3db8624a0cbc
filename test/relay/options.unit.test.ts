import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { limitOptions } from '../../relay-server/limit-options.ts';
import { limitList, variableOf } from '../../relay-server/option-table.ts';
import { type ParsedOptions, parseOptions, type RelayOptions } from '../../relay-server/options.ts';
import { formatQuantity, parseQuantity, type Unit } from '../../relay-server/quantities.ts';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';

function options(args: readonly string[], env: Record<string, string> = {}): RelayOptions {
  const parsed = parseOptions(args, env);
  if (parsed.type !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

const wrong = (sentence: string): ParsedOptions => ({ type: 'wrong', sentence });

describe('options of the relay', () => {
  test('[G7] a relay told nothing has the standard limits, and every one can be set on the command line or in the environment', () => {
    const { token: _token, publicHosts: _hosts, ...standard } = defaultRelayConfig;
    expect(options([]).limits.config).toEqual(standard);
    const flat = ({ limits: { config, floorBytes } }: RelayOptions) => {
      const { rate, compaction, ...others } = config;
      return { ...others, ...rate, ...compaction, floorBytes } as Record<string, number>;
    };
    const names = Object.keys(flat(options([])));
    expect(names.sort()).toEqual(Object.keys(limitOptions).sort());
    for (const [name, { option, unit, least, most }] of Object.entries(limitOptions)) {
      for (const value of [least, most]) {
        const text = formatQuantity(value, unit);
        expect(flat(options([`--${option}`, text]))[name], option).toBe(value);
        expect(flat(options([], { [variableOf(option)]: text }))[name], option).toBe(value);
      }
    }
  });

  test('[G7] no limit can be set to what breaks the protocol or nobody meant', () => {
    for (const { option, unit, least, most } of limitList) {
      for (const value of [least - 1, most + 1]) {
        const parsed = parseOptions([`--${option}`, formatQuantity(value, unit)], {});
        expect(parsed, option).toMatchObject({
          type: 'wrong',
          sentence: expect.stringContaining(`--${option} is from`),
        });
      }
      for (const text of ['many', '-1', '1.5', '10 parsecs', '9999999999999999'])
        expect(parseOptions([`--${option}=${text}`], {}), `${option} ${text}`).toMatchObject({
          type: 'wrong',
        });
    }
    expect(limitOptions.entryBytes.most).toBe(limits.entryBytes);
    expect(limitOptions.readerBudgetBytes.least).toBeGreaterThan(limits.confirmBytes);
  });

  test('[J6] a token on the command line overrides the environment; a token and a token file exclude each other', () => {
    const env = { INKROOM_TOKEN: 'from-environment' };
    expect(options([], env)).toMatchObject({ token: 'from-environment', tokenFile: undefined });
    expect(options(['--token', 'given'], env)).toMatchObject({ token: 'given' });
    expect(options(['--token-file', '/t'], env)).toMatchObject({ token: undefined, tokenFile: '/t' });
    const both = wrong('--token and --token-file exclude each other.');
    expect(parseOptions(['--token', 'a', '--token-file', 'b'], {})).toEqual(both);
    expect(parseOptions([], { ...env, INKROOM_TOKEN_FILE: 'b' })).toEqual(both);
  });

  test('[G8] what is wrong is told in a sentence', () => {
    const cases: readonly (readonly [args: readonly string[], sentence: string])[] = [
      [['--tls-cert', 'a'], '--tls-cert and --tls-key are given together.'],
      [['--tls-key', 'a'], '--tls-cert and --tls-key are given together.'],
      [
        ['--trusted-proxy', 'caddy'],
        '--trusted-proxy is an address or a network such as 10.0.0.0/8, not "caddy".',
      ],
      [
        ['--trusted-proxy', '10.0.0.0/33'],
        '--trusted-proxy is an address or a network such as 10.0.0.0/8, not "10.0.0.0/33".',
      ],
      [['--join-within', '15'], '--join-within is a time such as 500ms, 15s, 2min or 1h, not "15".'],
      [['--max-entry', '33MiB'], '--max-entry is from 64KiB to 32MiB, not 33MiB.'],
      [['--port', ' '], '--port is a number from 0 to 65535, not " ".'],
      [['--origin', ''], '--origin needs a value.'],
      [['--origin', 'https://a.example', '--origin', ''], '--origin needs a value.'],
    ];
    for (const [args, sentence] of cases) expect(parseOptions(args, {})).toEqual(wrong(sentence));
  });

  test('an option that may be given several times is a list with commas in the environment', () => {
    const hosts = ['a.example', 'b.example:8443'];
    expect(options(['--public-host', 'A.example', '--public-host', 'b.example:8443']).publicHosts).toEqual(
      hosts,
    );
    expect(options([], { INKROOM_PUBLIC_HOST: 'a.example, b.example:8443' }).publicHosts).toEqual(hosts);
    expect(options(['--public-host', 'c.example'], { INKROOM_PUBLIC_HOST: 'a.example' }).publicHosts).toEqual(
      ['c.example'],
    );
    expect(options([], { INKROOM_PUBLIC_HOST: '', INKROOM_PORT: '8000' })).toMatchObject({
      publicHosts: [],
      port: 8000,
    });
  });

  test('a quantity is written as it is read', () => {
    const samples: readonly (readonly [text: string, unit: Unit, value: number])[] = [
      ['100', 'count', 100],
      ['64MiB', 'bytes', 64 * 1024 * 1024],
      ['1500', 'bytes', 1500],
      ['15s', 'ms', 15_000],
      ['90min', 'ms', 5_400_000],
      ['1500ms', 'ms', 1500],
    ];
    for (const [text, unit, value] of samples) {
      expect(parseQuantity(text, unit)).toBe(value);
      expect(formatQuantity(value, unit)).toBe(text);
    }
    expect(parseQuantity('64 mib', 'bytes')).toBe(64 * 1024 * 1024);
    for (const [text, unit] of [
      ['15', 'ms'],
      ['1KiB', 'count'],
      ['', 'bytes'],
      ['s', 'ms'],
    ] as const)
      expect(parseQuantity(text, unit)).toBeUndefined();
  });
});
