// Constraint mutation: every small template, a sample of the block circuit, and what the search itself must notice.
// CATALYZE_MUTATION=<pattern of names> runs the whole campaign instead (node circuits/dist/tools/mutation-main.js).
import { constraintSystemOf, generateSchemaSources, royaltySplitCircuit } from "@catalyze/circuits/build";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createMutationRun,
  mutateGoodWitness,
  sampleConstraints,
  seededRandom,
  survivors,
} from "../../tools/mutation.js";
import { indexSystem, violatedConstraints } from "../../tools/mutation-forge.js";
import { analyseTangents } from "../../tools/mutation-jacobian.js";
import { loadMutationSubject, withoutAssertions } from "../../tools/mutation-program.js";
import { busyBlock, inputOf, TINY, tinyCircuit } from "../block/blocks.js";
import { emptyScenario } from "../block/scenario.js";
import {
  allComponents,
  blockCampaign,
  type CampaignResult,
  mutateCircuit,
  mutateComponent,
  reportRow,
  royaltyCampaign,
  taskCampaign,
} from "./campaign.js";
import { blockInputs, mutatedCircuit, taskCircuit } from "./corpus.js";

const pattern = process.env.CATALYZE_MUTATION;

beforeAll(() => {
  generateSchemaSources();
});

const expectExplained = (result: CampaignResult): void => {
  expect([...result.unexplained], result.name).toEqual([]);
};

describe.runIf(pattern !== undefined)("the whole campaign", () => {
  it("has no survivor without a reason", { timeout: 3_600_000 }, async () => {
    const only = new RegExp(pattern!);
    const results: CampaignResult[] = [];
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    const report = (result: CampaignResult): void => {
      results.push(result);
      print(reportRow(result));
      for (const [reason, count] of result.explained) print(`    ${count} explained: ${reason}`);
      for (const [shape, count] of result.unexplained) print(`    ${count} unexplained: ${shape}`);
    };
    print("| circuit | mutants | forged | tangent | in template | explained | unexplained | weakened |");
    print("|---|---|---|---|---|---|---|---|");
    const templates: Parameters<typeof mutateCircuit>[1][number][] = [];
    for (const component of allComponents()) {
      if (!only.test(component.instance.name)) continue;
      const { result, template } = await mutateComponent(component, templates);
      templates.push(template);
      report(result);
    }
    if (only.test(mutatedCircuit().name)) report(await mutateCircuit(blockCampaign(), templates));
    if (only.test(royaltySplitCircuit.name)) report(await mutateCircuit(royaltyCampaign(), templates));
    if (only.test(taskCircuit.name)) report(await mutateCircuit(taskCampaign(), templates));
    for (const result of results) expectExplained(result);
  });
});

/** Templates that take seconds. */
const QUICK =
  /mutant-(is-zero|is-equal|non-zero|less-than|bits|range-check|select|below-ten-thousand|division|share-of-division|at-most-ten-thousand|share|powers|cell-factor|[a-z]+-message|product|term|poseidon-[234]|poseidon-fixed|poseidon-outputs|chunk-range|opening|posted-order|leg-group|cancellation|rotation|distribution|level-value|royalty-amounts|owner-lists)$/;

describe.runIf(pattern === undefined)("constraint mutation", () => {
  const quick =
    pattern === undefined ? allComponents().filter(({ instance }) => QUICK.test(instance.name)) : [];
  it.each(quick.map((component) => [component.instance.name, component] as const))(
    "notices every dropped constraint of %s",
    async (_, component) => {
      const { result } = await mutateComponent(component);
      expect(result.mutants).toBeGreaterThan(0);
      expectExplained(result);
      expect(result.inTemplate + result.explained.size).toBe(0);
    },
  );

  it("notices all but 60 of 2,000 constraints of the block circuit, drawn with seed 3, with two witnesses", async () => {
    const subject = await loadMutationSubject(mutatedCircuit());
    const system = constraintSystemOf(subject.compiled);
    const run = createMutationRun(subject, sampleConstraints(system.constraints.length, 2000, 3n));
    for (const input of blockInputs().slice(2, 4)) {
      expect(mutateGoodWitness(run, subject.calculate(input), seededRandom(1n))).toBe(true);
    }
    expect(run.mutants.size).toBe(2000);
    // What two witnesses leave is killed by others or in its template; the whole campaign shows that.
    expect(survivors(run).length).toBeLessThan(60);
  });
});

describe.runIf(pattern === undefined)("the mutation tool", () => {
  const system = (rows: readonly (readonly (readonly [number, bigint])[])[][]) => ({
    modulus: 101n,
    wires: 5,
    constraints: rows.map(([a, b, c]) => ({ a: a!, b: b!, c: c! })),
  });

  it("finds constraints that are combinations of others, and only those", () => {
    // x·x = y twice over, and z = 2x by itself.
    const twice = system([
      [[[1, 1n]], [[1, 1n]], [[2, 1n]]],
      [[[1, 2n]], [[1, 1n]], [[2, 2n]]],
      [
        [],
        [],
        [
          [3, 1n],
          [1, 99n],
        ],
      ],
    ]);
    const { dependent, dependencies } = analyseTangents(twice, [1n, 3n, 9n, 6n, 0n], () => 7n);
    expect([...dependent].sort()).toEqual([0, 1]);
    expect(dependencies).toBe(1);
  });

  it("knows boolean constraints however they are written, and no others", () => {
    const { booleans, bits } = indexSystem(
      system([
        [
          [[1, 1n]],
          [
            [1, 1n],
            [0, 100n],
          ],
          [],
        ],
        [
          [
            [2, 5n],
            [0, 96n],
          ],
          [[2, 3n]],
          [],
        ],
        [
          [
            [3, 1n],
            [4, 99n],
          ],
          [
            [3, 1n],
            [4, 99n],
            [0, 100n],
          ],
          [],
        ],
        [[[4, 1n]], [[4, 1n]], []],
        [
          [[4, 1n]],
          [
            [3, 1n],
            [0, 100n],
          ],
          [],
        ],
      ]),
    );
    expect([...booleans.keys()]).toEqual([0, 1, 2]);
    expect([...bits]).toEqual([1, 2]);
  });

  it("takes assertions out of a source and nothing else", () => {
    const source =
      "template T() {\n  signal input a; // a === 1\n  a * (a - 1) === 0;\n  signal b <== a\n    * a;\n}";
    expect(withoutAssertions(source).replace(/\s+/g, " ")).toBe(
      "template T() { signal input a; signal b <== a * a; }",
    );
    expect(() => withoutAssertions("var x = a === b;")).toThrow(/no statement of its own/);
  });

  it("calculates a witness of an input that is refused, and the constraint system refuses it", async () => {
    const subject = await loadMutationSubject(tinyCircuit());
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    const run = createMutationRun(subject, []);
    expect(violatedConstraints(run.system, subject.calculate(input))).toEqual([]);
    const refused = subject.calculate({ ...input, feeAccount: (input.feeAccount as bigint) + 1n });
    expect(violatedConstraints(run.system, refused).length).toBe(1);
  });
});
