// Loaded into child processes before their script (`node --import`): ends the process when its parent is gone, which
// closes standard input however the parent died. Assumes that the script itself does not read standard input.

const GRACE_MS = 10_000;

const end = (): void => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), GRACE_MS).unref();
};

process.stdin.on("end", end).on("error", end).resume();
(process.stdin as NodeJS.ReadStream & { unref(): void }).unref();
