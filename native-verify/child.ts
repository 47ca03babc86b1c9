// The verifier's own process: reads requests line by line, answers each with a verdict, and ends with its input.
// It is kept warm by whoever started it, since Node and koffi take longer to start than a scenario to play.
import { createInterface } from 'node:readline';
import { listFunctions, judgeFunction, endCodeTier } from './driver/code-tier.js';
import type { Absent, Libc } from './libc.js';
import { loadLibc } from './libc.js';
import { judgePattern, notExecutable } from './kernel-tier.js';
import type { Answer, Request } from './protocol.js';
import { parseRequest } from './protocol.js';
import { scenarioOf } from './scenarios.js';

const libc = await loadLibc();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  void answerLine(line);
});
lines.on('close', () => {
  void endCodeTier();
});
// A reader that has gone needs no answers.
process.stdout.on('error', () => {
  lines.close();
});

async function answerLine(line: string): Promise<void> {
  if (line.trim() === '') return;
  const request = parseRequest(line);
  const answer = 'error' in request ? request : await answerTo(request, libc);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function answerTo(request: Request, loaded: Libc | Absent): Promise<Answer> {
  const { id } = request;
  try {
    const scenario = await scenarioOf(request.rule);
    if ('list' in request) {
      return { id, functions: scenario === null ? [] : await listFunctions(request.file, scenario.entry) };
    }
    const { tier, seed } = request;
    if (scenario === null) return { id, verdict: notExecutable(tier, `no scenario for ${request.rule}`, seed) };
    if ('absent' in loaded) return { id, verdict: notExecutable(tier, loaded.absent, seed) };
    if (request.tier === 'kernel') return { id, verdict: judgePattern(loaded, scenario, request.specimen, seed) };
    return { id, verdict: await judgeFunction(loaded, scenario, request) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
