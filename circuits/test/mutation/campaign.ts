// A mutation campaign: the templates one by one, then whole circuits, whose survivors are looked up among what was
// killed in a template. Owns the list of survivors that are explained; docs/mutation.md repeats it with its reasons.
import { type CircuitInput, type CircuitInstance, royaltySplitCircuit } from "@catalyze/circuits/build";
import {
  constraintShape,
  createMutationRun,
  type MutationRun,
  mutateByRepair,
  mutateGoodWitness,
  mutateInput,
  mutateWitness,
  relativeSignature,
  seededRandom,
  survivors,
} from "../../tools/mutation.js";
import { anonymous, type Lies, loadMutationSubject } from "../../tools/mutation-program.js";
import {
  type Component,
  cellComponent,
  gadgetComponents,
  programComponents,
  slotComponents,
  tamperedInputs,
} from "./components.js";
import {
  blockInputs,
  blockLies,
  lyingInputs,
  MUTATED,
  mutatedCircuit,
  tamperedBlockInputs,
  taskCircuit,
  taskInputs,
} from "./corpus.js";
import { exitComponents } from "./exit.js";
import {
  lyingRoyaltyInputs,
  royaltyComponents,
  royaltyInputs,
  royaltyLies,
  tamperedRoyaltyInputs,
} from "./royalty.js";

/** Most tampered inputs that a template gets beyond those of its own list. */
const MAXIMUM_TAMPERED = 1500;

/** Result for one circuit or template. */
export interface CampaignResult {
  readonly name: string;
  readonly mutants: number;
  readonly forged: number;
  readonly tangent: number;
  /** Killed in a template of which the constraint is a copy. */
  readonly inTemplate: number;
  /** Survivors with a reason, by reason. */
  readonly explained: ReadonlyMap<string, number>;
  /** Survivors without one, by what they say. */
  readonly unexplained: ReadonlyMap<string, number>;
  /** Boolean constraints, and those whose weakening to 0, 1 or 2 was noticed. */
  readonly booleans: number;
  readonly weakened: number;
}

/** What a template's run leaves for the circuits that contain it. */
interface TemplateRun {
  readonly places: RegExp;
  /** Constraints by the names of their signals: whether all that share them were killed. */
  readonly killed: ReadonlyMap<string, boolean>;
}

/** Survivors that have a reason; the first that matches the constraint's shape counts. */
export const EXPLAINED: readonly (readonly [circuit: RegExp, shape: RegExp, reason: string])[] = [
  [
    /mutated/,
    /withdrawalUsed\[\]\) · \(withdrawalUsed/,
    "with the others boolean, the block's count of withdrawals makes it a whole number, and another than 0 and 1 needs a word that is a fixed point of the challenge's hash",
  ],
];

function killedSignatures(run: MutationRun): Map<string, boolean> {
  const killed = new Map<string, boolean>();
  for (const index of run.mutants) {
    const signature = relativeSignature(run, index, "main.")!;
    killed.set(signature, (killed.get(signature) ?? true) && run.killed.has(index));
  }
  return killed;
}

/** Whether a constraint is a copy of a template's that was killed there. */
function killedInTemplate(run: MutationRun, index: number, templates: readonly TemplateRun[]): boolean {
  const { a, b, c } = run.system.constraints[index]!;
  const [wire] = [...a, ...b, ...c].map(([candidate]) => candidate).filter((candidate) => candidate !== 0);
  const prefixes = new Set<string>();
  for (const name of run.subject.names.get(wire!) ?? []) {
    for (let end = name.lastIndexOf("."); end > 0; end = name.lastIndexOf(".", end - 1))
      prefixes.add(name.slice(0, end));
  }
  return [...prefixes].some((prefix) => {
    const place = anonymous(prefix).replace(/\[\d+\]/g, "");
    const signature = relativeSignature(run, index, `${prefix}.`);
    return templates.some(
      ({ places, killed }) => places.test(place) && signature !== undefined && killed.get(signature),
    );
  });
}

/** Why a survivor may survive, if a reason is listed. */
function reasonFor(run: MutationRun, index: number): string | undefined {
  const shape = constraintShape(run, index);
  const { name } = run.subject.circuit;
  return EXPLAINED.find(([circuit, pattern]) => circuit.test(name) && pattern.test(shape))?.[2];
}

/** Survivors that neither a template nor a reason accounts for. */
function openSurvivors(run: MutationRun, templates: readonly TemplateRun[]): Set<number> {
  const left = survivors(run).filter((index) => reasonFor(run, index) === undefined);
  return new Set(left.filter((index) => !killedInTemplate(run, index, templates)));
}

function resultOf(run: MutationRun, templates: readonly TemplateRun[]): CampaignResult {
  const { name } = run.subject.circuit;
  const explained = new Map<string, number>();
  const unexplained = new Map<string, number>();
  let inTemplate = 0;
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const index of survivors(run)) {
    const reason = reasonFor(run, index);
    if (reason !== undefined) count(explained, reason);
    else if (killedInTemplate(run, index, templates)) inTemplate += 1;
    else count(unexplained, constraintShape(run, index));
  }
  const kills = [...run.killed.values()];
  return {
    name,
    mutants: run.mutants.size,
    forged: kills.filter((kind) => kind === "forged").length,
    tangent: kills.filter((kind) => kind === "tangent").length,
    inTemplate,
    explained,
    unexplained,
    booleans: [...run.system.booleans.keys()].filter((index) => run.mutants.has(index)).length,
    weakened: run.killedWeakened.size,
  };
}

/** Mutates one template alone. */
export async function mutateComponent(
  component: Component,
  templates: readonly TemplateRun[] = [],
): Promise<{ result: CampaignResult; template: TemplateRun }> {
  const subject = await loadMutationSubject(component.instance);
  const run = createMutationRun(subject);
  const random = seededRandom(1n);
  for (const input of component.inputs) {
    if (!mutateGoodWitness(run, subject.calculate(input), random)) {
      throw new Error(`${component.instance.name}: an input that should be good is not`);
    }
  }
  for (const input of component.tampered) mutateInput(run, input);
  for (const witness of component.witnesses?.(subject) ?? []) mutateWitness(run, witness);
  if (component.lies !== undefined) {
    const liar = await loadMutationSubject(component.instance, component.lies.lies);
    for (const input of component.lies.inputs) mutateWitness(run, liar.calculate(input));
  }
  const open = openSurvivors(run, templates);
  const settle = (): boolean => {
    for (const index of open) if (run.killed.has(index)) open.delete(index);
    return open.size === 0;
  };
  for (const input of component.inputs) {
    if (!settle()) mutateByRepair(run, subject.calculate(input), open);
  }
  let tried = 0;
  for (const pairs of component.pairs ? [false, true] : [false]) {
    for (const input of pairs ? component.inputs.slice(0, 1) : component.inputs) {
      for (const tampered of tamperedInputs(input, pairs)) {
        if (settle() || tried >= MAXIMUM_TAMPERED) break;
        tried += 1;
        mutateInput(run, tampered);
      }
    }
  }
  return {
    result: resultOf(run, templates),
    template: { places: component.places, killed: killedSignatures(run) },
  };
}

/** What a whole circuit is mutated with. */
export interface CircuitCampaign {
  readonly instance: CircuitInstance;
  readonly inputs: readonly CircuitInput[];
  readonly tampered: readonly CircuitInput[];
  readonly lies?: { readonly lies: Lies; readonly inputs: readonly CircuitInput[] };
}

/** Mutates a whole circuit, or a sample of its constraints. */
export async function mutateCircuit(
  campaign: CircuitCampaign,
  templates: readonly TemplateRun[],
  mutants?: Iterable<number>,
): Promise<CampaignResult> {
  const subject = await loadMutationSubject(campaign.instance);
  const run = createMutationRun(subject, mutants);
  const random = seededRandom(1n);
  const witnesses = campaign.inputs.map((input) => subject.calculate(input));
  for (const [position, witness] of witnesses.entries()) {
    if (!mutateGoodWitness(run, witness, random)) {
      throw new Error(`${campaign.instance.name}: input ${position} should be good and is not`);
    }
  }
  for (const input of campaign.tampered) mutateInput(run, input);
  if (campaign.lies !== undefined) {
    const liar = await loadMutationSubject(campaign.instance, campaign.lies.lies);
    for (const input of campaign.lies.inputs) mutateWitness(run, liar.calculate(input));
  }
  for (const witness of witnesses) mutateByRepair(run, witness, openSurvivors(run, templates));
  return resultOf(run, templates);
}

/** Every template, smaller ones first: what they kill explains the larger ones. */
export function allComponents(): Component[] {
  const blocks = blockInputs();
  return [
    ...gadgetComponents(),
    ...programComponents(),
    ...royaltyComponents(),
    ...slotComponents(blocks, MUTATED),
    cellComponent(blocks),
    ...exitComponents(),
  ];
}

/** The block circuit at its smallest size, and what it is mutated with. */
export function blockCampaign(): CircuitCampaign {
  const inputs = blockInputs();
  return {
    instance: mutatedCircuit(),
    inputs,
    tampered: tamperedBlockInputs(),
    lies: { lies: blockLies, inputs: lyingInputs(inputs[0]!) },
  };
}

/** The royalty split at the size that ships. */
export const royaltyCampaign = (): CircuitCampaign => ({
  instance: royaltySplitCircuit,
  inputs: royaltyInputs(),
  tampered: tamperedRoyaltyInputs(),
  lies: { lies: royaltyLies, inputs: lyingRoyaltyInputs() },
});

/** The digits program: the wrapper of every task batch around a network. */
export const taskCampaign = (): CircuitCampaign => ({
  instance: taskCircuit,
  inputs: taskInputs(),
  tampered: [],
});

/** One line of the report, as a row of a table. */
export function reportRow(result: CampaignResult): string {
  const { name, mutants, forged, tangent, inTemplate, explained, unexplained, booleans, weakened } = result;
  const sum = (map: ReadonlyMap<string, number>): number =>
    [...map.values()].reduce((total, n) => total + n, 0);
  const cells = [
    name.replace(/^mutant-/, ""),
    mutants,
    forged,
    tangent,
    inTemplate,
    sum(explained),
    sum(unexplained),
  ];
  return `| ${[...cells, `${weakened} / ${booleans}`].join(" | ")} |`;
}
