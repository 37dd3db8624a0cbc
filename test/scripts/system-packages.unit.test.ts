import { describe, expect, test } from 'vitest';
import type { PackageMeans } from '../../scripts/system-packages.ts';
import { ensureSystemPackages } from '../../scripts/system-packages.ts';

/** All that running needs but two, one of which was renamed in the release that `archive` stands for. */
const present = ['libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libsecret-1-0', 'fonts-dejavu-core'];
const archive = ['unzip', 'libgtk-3-0t64'];

/** A computer in memory with a package manager; `ran` is every command that changes it. */
function computer(facts: Partial<Pick<PackageMeans, 'isDebian' | 'isRoot'>> & { readonly aptCode?: number }) {
  const installed = new Set(present);
  const ran: string[] = [];
  const means: PackageMeans = {
    isDebian: facts.isDebian ?? true,
    isRoot: facts.isRoot ?? false,
    hasChromium: true,
    ask: async (command, args) => {
      if (command === 'apt-cache') return archive.includes(args[1] ?? '') ? `${args[1]} | 1.0` : '';
      return [...installed, 'removed-once'].map((name) => `${name} ${statusOf(name)}\n`).join('');
    },
    run: async (command, args) => {
      ran.push([command, ...args].join(' '));
      if (facts.aptCode !== undefined) return facts.aptCode;
      if (args[0] === 'install') for (const name of args) installed.add(name);
      return 0;
    },
    fail: (sentence) => {
      throw new Error(sentence);
    },
  };
  return { means, ran };
}

function statusOf(name: string): string {
  return name === 'removed-once' ? 'config-files' : 'installed';
}

describe('packages of the system', () => {
  test('as another user than root the command to install what is missing is printed, and nothing is run', async () => {
    const { means, ran } = computer({});
    await expect(ensureSystemPackages('run', means)).rejects.toThrow(
      /^Some packages of the system are missing\. Install them, then try again:\n {2}sudo apt-get install libgtk-3-0t64 unzip$/u,
    );
    expect(ran).toEqual([]);
  });

  test('as root what is missing is installed, by its name in this release, and then found', async () => {
    const { means, ran } = computer({ isRoot: true });
    await ensureSystemPackages('run', means);
    expect(ran).toEqual([
      'apt-get update -q',
      'apt-get install -y -q --no-install-recommends libgtk-3-0t64 unzip',
    ]);
    await ensureSystemPackages('run', means);
    expect(ran).toHaveLength(2);
  });

  test('a test asks for a display and a tracer besides', async () => {
    const { means } = computer({});
    await expect(ensureSystemPackages('test', means)).rejects.toThrow(
      /unzip xvfb xauth strace openssl systemd$/u,
    );
  });

  test('an apt-get that fails ends the script with its command and code', async () => {
    const { means } = computer({ isRoot: true, aptCode: 100 });
    await expect(ensureSystemPackages('run', means)).rejects.toThrow(
      'apt-get update -q ended with code 100.',
    );
  });

  test('elsewhere than on Debian nothing is asked', async () => {
    const { means, ran } = computer({ isDebian: false, isRoot: true });
    await ensureSystemPackages('run', means);
    expect(ran).toEqual([]);
  });
});
