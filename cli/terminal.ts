// What the reader's terminal can show, taken from the options, the environment and the kind of the output.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Style } from '../report/style.js';
import { packageFolder } from './package.js';
import type { Output, Surroundings } from './run.js';

type Environment = Surroundings['env'];

export function styleOf(output: Output, env: Environment, wish: boolean | null): Style {
  const isTerminal = output.isTTY === true && env.TERM !== 'dumb';
  const colour = wish ?? (isSet(env.NO_COLOR) ? false : isSet(env.FORCE_COLOR) ? env.FORCE_COLOR !== '0' : isTerminal);
  const width = isTerminal ? Math.max(60, output.columns ?? 80) : 160;
  return { colour, unicode: isUnicode(env), width, link: colour && isTerminal ? pageOf : () => null };
}

/** For text that is a file's, not a terminal's. */
export function fileStyle(env: Environment): Style {
  return { colour: false, unicode: isUnicode(env), width: 160, link: () => null };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** Only a locale that names another encoding speaks against line drawing; most logs have no locale and show it well. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => isSet(value));
  return TERM !== 'linux' && (locale === undefined || /utf-?8/i.test(locale) || /^(C|POSIX)$/.test(locale));
}

function pageOf(rule: string): string | null {
  const page = join(packageFolder, 'docs', 'rules', `${rule}.md`);
  return existsSync(page) ? pathToFileURL(page).href : null;
}
