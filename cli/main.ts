#!/usr/bin/env node
// The program: runs one command line and sets the exit code. Nothing that goes wrong shows a stack trace.
import * as nodeModule from 'node:module';
import { internalError } from './messages.js';
import { run } from './run.js';

// Whoever reads our output may leave when they have seen enough; that is no error, and nobody is left to be told.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 3;
  });
}

process.on('uncaughtException', (error) => {
  process.stderr.write(internalError(error));
  process.exitCode = 3;
});

// From Node 22 on compiled code is kept from one run to the next; what is loaded from here on profits from it.
if ('enableCompileCache' in nodeModule && isAction(nodeModule.enableCompileCache)) nodeModule.enableCompileCache();

process.exitCode = await run(process.argv.slice(2), process);

function isAction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
