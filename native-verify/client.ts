// Starts the verifier's child process, keeps it warm, restarts it when it dies or hangs, and never leaves it running.
// It answers in every case: what the child cannot say is a verdict `not-executable` with the reason.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { release } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Verdict } from '../analysis/verdict.js';
import type { Answer, CodeRequest, KernelRequest, ListRequest } from './protocol.js';
import { parseAnswer } from './protocol.js';

export interface ClientOptions {
  /** The compiled `child.js`; that beside this file by default. */
  readonly program?: string;
  /** Options of Node for the child. */
  readonly nodeOptions?: readonly string[];
  /** The environment of the child; that of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long one request may take. */
  readonly limitMilliseconds?: number;
  /** How many requests the child works on at a time. */
  readonly lanes?: number;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;
export type Question = Unnumbered<KernelRequest | CodeRequest>;

interface Waiting {
  readonly question: Question | Unnumbered<ListRequest>;
  readonly settle: (answer: Answer | Failure) => void;
  attempts: number;
  timer: NodeJS.Timeout | null;
}

interface Failure {
  readonly failed: string;
}

export class VerifierClient {
  readonly #options: Required<ClientOptions>;
  readonly #queue: Waiting[] = [];
  readonly #asked = new Map<number, Waiting>();
  #child: ChildProcess | null = null;
  #lastId = 0;
  #closed = false;

  constructor(options: ClientOptions = {}) {
    const program = options.program ?? fileURLToPath(new URL('./child.js', import.meta.url));
    this.#options = { nodeOptions: [], env: process.env, limitMilliseconds: 30_000, lanes: 2, ...options, program };
  }

  /** The process that answers now, for whoever watches it; null before the first question. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async verify(question: Question): Promise<Verdict> {
    const answer = await this.#ask(question);
    if ('verdict' in answer) return answer.verdict;
    const { tier, seed } = question;
    const reason =
      'failed' in answer ? answer.failed : 'error' in answer ? answer.error : 'an answer without a verdict';
    const about = tier === 'kernel' ? 'pattern' : 'function';
    return { about, tier, state: 'not-executable', transcript: [], control: [], reason, kernel: release(), seed };
  }

  /** The functions of a file that the code tier of a rule can call. */
  async functions(rule: string, file: string): Promise<readonly string[]> {
    const answer = await this.#ask({ tier: 'code', rule, file, list: true });
    return 'functions' in answer ? answer.functions : [];
  }

  /** Ends the child: its input is closed, and when that is not enough it is killed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of [...this.#asked.values(), ...this.#queue.splice(0)]) this.#settle(waiting, closed);
    this.#asked.clear();
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    await ended;
    clearTimeout(timer);
  }

  #ask(question: Waiting['question']): Promise<Answer | Failure> {
    if (this.#closed) return Promise.resolve(closed);
    return new Promise((settle) => {
      this.#queue.push({ question, settle, attempts: 0, timer: null });
      this.#send();
    });
  }

  #send(): void {
    while (this.#asked.size < this.#options.lanes) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      const child = (this.#child ??= this.#start());
      const id = ++this.#lastId;
      waiting.attempts += 1;
      waiting.timer = setTimeout(() => {
        this.#hung(id);
      }, this.#options.limitMilliseconds);
      this.#asked.set(id, waiting);
      child.stdin?.write(`${JSON.stringify({ id, ...waiting.question })}\n`);
    }
  }

  #start(): ChildProcess {
    const { program, nodeOptions, env } = this.#options;
    const child = spawn(process.execPath, [...nodeOptions, program], { stdio: ['pipe', 'pipe', 'pipe'], env });
    // A stack trace is of no use to the user; the first line of an error is.
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint ||= /^\w*Error\b.*$/mu.exec(text)?.[0] ?? '';
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#heard(line);
    });
    // A write to a child that has just died fails here; its end is told by 'close'.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => {
      this.#gone(child, `the verifier does not start: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      const how = [signal ?? `status ${code ?? 'unknown'}`, complaint].filter((part) => part !== '').join(', ');
      this.#gone(child, `the verifier ended (${how}) before it answered`);
    });
    return child;
  }

  #heard(line: string): void {
    const answer = parseAnswer(line);
    if (answer?.id == null) return;
    const waiting = this.#asked.get(answer.id);
    if (waiting === undefined) return;
    this.#asked.delete(answer.id);
    this.#settle(waiting, answer);
    this.#send();
  }

  /** Only the request that took too long is given up; the others that the killed child had are asked again. */
  #hung(id: number): void {
    const waiting = this.#asked.get(id);
    if (waiting === undefined) return;
    this.#asked.delete(id);
    this.#settle(waiting, { failed: `no answer within ${this.#options.limitMilliseconds} ms` });
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGKILL');
    this.#gone(child, 'the verifier was ended twice because another request hung');
  }

  #gone(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const lost = [...this.#asked.values()];
    this.#asked.clear();
    for (const waiting of lost.reverse()) {
      if (waiting.timer !== null) clearTimeout(waiting.timer);
      // A second death on the same request is no accident.
      if (waiting.attempts > 1 || this.#closed) this.#settle(waiting, { failed: why });
      else this.#queue.unshift(waiting);
    }
    if (!this.#closed) this.#send();
  }

  #settle(waiting: Waiting, answer: Answer | Failure): void {
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    waiting.settle(answer);
  }
}

const closed: Failure = { failed: 'the verifier was closed' };
