// A PostgreSQL server in a temporary folder, for tests: the one that Debian's or another package installed.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** A running server with an empty database. */
export interface PostgresServer {
  /** Connection string. */
  readonly url: string;
  /** SIGKILL to the server and all its processes, then start again on the same data. */
  crash(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const DEBIAN_FOLDER = "/usr/lib/postgresql";
const START_ATTEMPTS = 200;

/** Folder of the server's programs; undefined when PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const folders = [
    ...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN_FOLDER, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** PostgreSQL refuses to run as root: then it runs as nobody. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string): number => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

async function waitUntilReady(url: string, describe: () => string): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await delay(50);
    }
  }
  throw new Error(`PostgreSQL does not start: ${describe()}`);
}

/** Starts a server that keeps its promises: everything committed is on the disk. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres();
  if (programs === undefined) throw new Error("PostgreSQL is not installed");
  const folder = await mkdtemp(join(tmpdir(), "catalyze-postgres-"));
  const identity = unprivileged();
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, "data");
  const options = ["-D", data, "-A", "trust", "-U", "catalyze", "-E", "UTF8", "--locale=C"];
  execFileSync(join(programs, "initdb"), options, { ...identity, cwd: folder, stdio: "pipe" });
  const port = await freePort();
  const url = `postgresql://catalyze@127.0.0.1:${port}/postgres`;
  let log = "";
  const start = async (): Promise<ChildProcess> => {
    const settings = ["-D", data, "-k", folder, "-h", "127.0.0.1", "-p", `${port}`];
    const child = spawn(join(programs, "postgres"), settings, {
      ...identity,
      cwd: folder,
      // A group of its own, so that a crash can take all of its processes at once.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr?.on("data", (text) => {
      log += text;
    });
    await waitUntilReady(url, () => log.slice(-2_000));
    return child;
  };
  const ended = (child: ChildProcess): Promise<unknown> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once("exit", resolve));
  let child = await start();
  return {
    url,
    async crash() {
      const { pid } = child;
      const gone = ended(child);
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
      await gone;
      child = await start();
    },
    async stop() {
      const gone = ended(child);
      child.kill("SIGINT");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
