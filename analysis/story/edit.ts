// Edits of a fix, made from places of operations: the one place where a finding looks at the text it stands in.
// Null wherever the text is not what the operation says, as inside of a macro: then there is no fix.
import type { Edit } from '../finding.js';
import type { Where } from '../paths/event.js';
import type { Project } from '../project.js';

/** Puts a text in the place of another one. */
export function replaced(where: Where, newText: string, project: Project): Edit {
  return { ...project.locate(where.fn, where.span), newText };
}

/** The text of a place in another form; null where it does not have this one, as inside of a macro. */
export function rewritten(where: Where, form: RegExp, into: string, project: Project): Edit | null {
  const text = project.text(where.fn, where.span);
  return form.test(text) ? replaced(where, text.replace(form, into), project) : null;
}

/** The place of a call's argument, counted from 0, without the white space around it. */
export function argumentAt(call: Where, position: number, project: Project): Where | null {
  const text = project.text(call.fn, call.span);
  const open = /^\w+\s*\(/.exec(text)?.[0].length ?? 0;
  if (open === 0 || !text.endsWith(')')) return null;
  const [from, to] = pieces(text, open)[position] ?? [0, 0];
  const piece = text.slice(from, to);
  const start = call.span.start + from + (piece.length - piece.trimStart().length);
  const end = start + piece.trim().length;
  return end > start ? { fn: call.fn, span: { start, end } } : null;
}

/** The place of a member's name in an expression that names it once; null where it stands there several times, or not at all. */
export function memberIn({ fn, span }: Where, name: string, project: Project): Where | null {
  const found = [...project.text(fn, span).matchAll(new RegExp(`(?:\\.|->)\\s*(${name})\\b`, 'g'))];
  const [only] = found;
  if (!only || found.length > 1) return null;
  const end = span.start + only.index + only[0].length;
  return { fn, span: { start: end - name.length, end } };
}

/** Start and end of what stands between the commas of an argument list. */
function pieces(text: string, open: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let [depth, start] = [0, open];
  for (const { 0: token, index } of text
    .slice(open)
    .matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[^]*?\*\/|[()[\]{},]/g)) {
    const at = open + index;
    if (/^[([{]$/.test(token)) depth++;
    else if ((token === ',' || token === ')') && depth === 0) {
      found.push([start, at]);
      start = at + 1;
    } else if (/^[)\]}]$/.test(token)) depth--;
  }
  return found;
}
