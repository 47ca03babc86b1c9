// The kernel tier: plays the bad and the corrected sequence of a scenario and says what the kernel made of them.
import { release } from 'node:os';
import type { Specimen } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';
import type { Act, Scenario } from './scenario.js';
import { inWords } from './seen.js';
import type { Libc } from './libc.js';
import { withKernel } from './kernel.js';

export function judgePattern(libc: Libc, scenario: Scenario, specimen: Specimen, seed: number): Verdict {
  const acts = scenario.acts(specimen, seed);
  if ('refused' in acts) return notExecutable('kernel', acts.refused, seed);
  const bad = play(libc, scenario, acts.bad);
  const good = play(libc, scenario, acts.good);
  const assumed = [...new Set([...specimen.assumed, ...acts.assumed])].map((one) => `assumed: ${one}`);
  const transcript = [...assumed, ...bad.transcript];
  const failed = bad.failed ?? good.failed;
  if (failed !== null) return { ...notExecutable('kernel', failed, seed), transcript, control: good.transcript };
  return {
    ...told(bad, good),
    about: 'pattern',
    tier: 'kernel',
    transcript,
    control: good.transcript,
    kernel: release(),
    seed,
  };
}

const tiers = { kernel: 'pattern', code: 'function', program: 'program' } as const;

/** What could not be put to the proof is no verdict on the finding, and says why. */
export function notExecutable(tier: Verdict['tier'], reason: string, seed: number): Verdict {
  const about = tiers[tier];
  return { about, tier, state: 'not-executable', transcript: [], control: [], reason, kernel: release(), seed };
}

interface Played {
  readonly transcript: readonly string[];
  readonly reproduced: boolean;
  /** Why the sequence could not be played to its end. */
  readonly failed: string | null;
}

function play(libc: Libc, scenario: Scenario, act: Act): Played {
  return withKernel(libc, (kernel) => {
    try {
      const seen = act(kernel);
      kernel.note(inWords(seen));
      return { transcript: kernel.transcript, reproduced: scenario.relation(seen) === 'reproduced', failed: null };
    } catch (error) {
      const failed = error instanceof Error ? error.message : String(error);
      return { transcript: kernel.transcript, reproduced: false, failed };
    }
  });
}

function told(bad: Played, good: Played): Pick<Verdict, 'state' | 'reason'> {
  if (!bad.reproduced) return { state: 'not-demonstrated', reason: 'the kernel does not show it' };
  if (good.reproduced) return { state: 'not-demonstrated', reason: 'the corrected sequence shows the same' };
  return { state: 'demonstrated', reason: null };
}
