// Expressions as the author wrote them, for messages.
import type { Expr } from './facts.js';

export function printed(expr: Expr): string {
  switch (expr.op) {
    case 'int':
      return String(expr.value);
    case 'text':
      return '"…"';
    case 'name':
      return expr.name.replace(/@\d+$/, '');
    case 'member':
      return `${printed(expr.of)}${expr.arrow ? '->' : '.'}${expr.field}`;
    case 'index':
      return `${printed(expr.of)}[${printed(expr.at)}]`;
    case 'deref':
      return `*${printed(expr.of)}`;
    case 'address':
      return `&${printed(expr.of)}`;
    case 'unary':
      return `${expr.sign}${printed(expr.of)}`;
    case 'binary':
      return `${printed(expr.left)} ${expr.sign} ${printed(expr.right)}`;
    case 'choose':
      return `${printed(expr.test)} ? ${printed(expr.then)} : ${printed(expr.otherwise)}`;
    case 'cast':
      return printed(expr.of);
    case 'sizeof':
      return expr.of ? `sizeof ${printed(expr.of)}` : `sizeof(${expr.type?.base ?? '?'})`;
    case 'temp':
    case 'braces':
    case 'unknown':
      return '…';
  }
}
