// What a user reads when we fail: the file, the way to report it, and no trace.
import { describe, expect, it } from 'vitest';
import { failureLines, internalError } from './messages.js';

describe('an internal error', () => {
  it('names the file and the rule, and says how to report it', () => {
    const text = failureLines([
      { file: 'src/odd.c', rule: 'et-read-not-drained', error: 'x is undefined\n    at f (walk.js:1:2)' },
      { file: 'src/other.c', rule: null, error: 'boom' },
    ]);
    expect(text).toBe(`mux-lint: internal error: et-read-not-drained failed on 'src/odd.c': x is undefined
mux-lint: internal error: the engine failed on 'src/other.c': boom
  This is a mistake of mux-lint, not of your code; the other files were linted.
  To report it, send the output of 'mux-lint doctor', the lines above, and the file if you may.
`);
  });

  it('that nobody foresaw has no trace either', () => {
    expect(internalError(new TypeError('x is undefined'))).toMatch(
      /^mux-lint: internal error: x is undefined\n {2}This/,
    );
    expect(internalError('thrown text')).not.toContain('    at ');
  });
});
