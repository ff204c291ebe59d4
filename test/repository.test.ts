// What the repository promises about its own files.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

it("records no download address in the lock file: only the workspaces' folders are resolved", () => {
  const text = readFileSync(join(root, "package-lock.json"), "utf8");
  expect(text).not.toContain("://");
  const { packages } = JSON.parse(text) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const resolved = Object.values(packages).filter((entry) => entry.resolved !== undefined);
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  expect(resolved.every(({ link }) => link === true)).toBe(true);
  expect(resolved.map((entry) => entry.resolved).sort()).toEqual([...workspaces].sort());
});
