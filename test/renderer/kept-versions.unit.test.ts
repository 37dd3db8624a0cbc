import { describe, expect, it } from 'vitest';
import { dropped, type KeptVersion, keptLimits } from '../../renderer/editor/kept-versions.ts';

const hourMs = 3_600_000;

function version(atMs: number, change: Partial<KeptVersion> = {}): KeptVersion {
  return { id: `v${atMs}`, reason: 'meanwhile', atMs, bytes: 1000, fingerprint: '', ...change };
}

describe('versions on this computer', () => {
  it('stay while there are few', () => {
    expect(dropped([version(1), version(2)], 3)).toEqual([]);
    expect(dropped([version(1, { bytes: 2 * keptLimits.bytes })], 3)).toEqual([]);
  });

  it('are bounded in number: an hourly one for a year leaves the first, the last and ever fewer between', () => {
    let kept: KeptVersion[] = [];
    for (let hour = 0; hour < 24 * 365; hour++) {
      kept.push(version(hour * hourMs));
      const gone = new Set(dropped(kept, hour * hourMs));
      kept = kept.filter(({ id }) => !gone.has(id));
      expect(kept.at(-1)?.atMs).toBe(hour * hourMs);
    }
    expect(kept).toHaveLength(keptLimits.count);
    expect(kept[0]?.atMs).toBe(0);
    const ages = kept.map(({ atMs }) => 24 * 365 - 1 - atMs / hourMs);
    expect(ages.filter((age) => age < 24).length).toBeGreaterThan(3);
    expect(ages.filter((age) => age > 24 * 30).length).toBeGreaterThan(3);
  });

  it('are bounded in bytes, those that the relay has, too, going first', () => {
    const half = keptLimits.bytes / 2;
    const versions = [
      version(1, { bytes: half }),
      version(2, { reason: 'relay', bytes: half }),
      version(3, { reason: 'relay', bytes: 10 }),
      version(4, { bytes: 10 }),
    ];
    expect(dropped(versions, 5)).toEqual(['v2']);
  });
});
