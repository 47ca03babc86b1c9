#!/usr/bin/env node
// The program: runs one command line and sets the exit code. Nothing that goes wrong shows a stack trace.
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

process.exitCode = await run(process.argv.slice(2), process);
