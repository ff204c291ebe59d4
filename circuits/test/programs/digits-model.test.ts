// The committed digits model: its accuracy on held-out images, and that training gives its bytes again.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  digitsDirectory,
  parseDigits,
  readDigits,
  readDigitsModel,
  splitDigits,
} from "../../programs/digits/dataset.js";
import { DigitsError } from "../../programs/digits/errors.js";
import { formatDigitsModel, parseDigitsModel } from "../../programs/digits/model.js";
import { classify } from "../../programs/digits/reference.js";
import { trainDigitsModel } from "../../programs/digits/train.js";

const committed = (): string => readFileSync(join(digitsDirectory(), "model.json"), "utf8");

describe("digits data", () => {
  it("has 1,797 images, split into 1,297 and 500 that share none", () => {
    const samples = readDigits();
    const { train, heldOut } = splitDigits(samples);
    expect(samples).toHaveLength(1797);
    expect([train.length, heldOut.length]).toEqual([1297, 500]);
    expect(new Set([...train, ...heldOut]).size).toBe(1797);
    expect(splitDigits(samples)).toEqual({ train, heldOut });
  });

  it("is rejected with a typed error when a line is malformed", () => {
    const line = `${new Array(64).fill(3).join(",")},7`;
    expect(parseDigits(line)).toEqual([{ pixels: new Array(64).fill(3), label: 7 }]);
    const bad = [
      line.replace("3", "17"),
      line.replace("3", "-1"),
      line.replace("3", "x"),
      `${line},1`,
      `3${line}`,
      "",
    ];
    for (const text of bad) expect(() => parseDigits(text)).toThrow(DigitsError);
    expect(() => parseDigits(line.replace(/7$/, "10"))).toThrow(DigitsError);
  });
});

describe("digits model", () => {
  it("classifies at least 96 % of the held-out images, as quantised integers", () => {
    const model = readDigitsModel();
    const { heldOut } = splitDigits(readDigits());
    const right = heldOut.filter(({ pixels, label }) => classify(model, pixels).label === label).length;
    expect(right / heldOut.length).toBeGreaterThanOrEqual(0.96);
  });

  it("comes out of training byte for byte", { timeout: 240_000 }, () => {
    const { train } = splitDigits(readDigits());
    expect(formatDigitsModel(trainDigitsModel(train))).toBe(committed());
  });

  it("is rejected with a typed error outside its shape and ranges", () => {
    const model = JSON.parse(committed());
    const change = (edit: (copy: typeof model) => void): unknown => {
      const copy = structuredClone(model);
      edit(copy);
      return copy;
    };
    const bad = [
      null,
      {},
      change((m) => m.hiddenWeights.pop()),
      change((m) => m.hiddenWeights[3].pop()),
      change((m) => m.outputWeights.push(m.outputWeights[0])),
      change((m) => (m.hiddenWeights[0][0] = 128)),
      change((m) => (m.hiddenWeights[0][0] = -129)),
      change((m) => (m.hiddenWeights[0][0] = 0.5)),
      change((m) => (m.hiddenWeights[0][0] = "1")),
      change((m) => (m.hiddenBiases[11] = 8192)),
      change((m) => (m.outputBiases[9] = -(2 ** 25) - 1)),
    ];
    for (const value of bad) expect(() => parseDigitsModel(value)).toThrow(DigitsError);
    expect(parseDigitsModel(change((m) => (m.hiddenWeights[0][0] = -128)))).toBeDefined();
  });
});
