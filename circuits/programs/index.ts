// Public surface of `@catalyze/circuits/programs`: the programs that ship. Reads files, so Node only; the pure parts
// are in each program's reference.ts.
export { digitsCircuit } from "./digits/circuit.js";
export {
  type DigitsSample,
  type DigitsSplit,
  digitsDirectory,
  parseDigits,
  readDigits,
  readDigitsModel,
  splitDigits,
} from "./digits/dataset.js";
export { DigitsError, type DigitsErrorCode } from "./digits/errors.js";
export { type DigitsModel, formatDigitsModel, parseDigitsModel } from "./digits/model.js";
export {
  type Classification,
  classify,
  DIGITS_CHUNK_CAPACITY,
  decodeInput,
  decodeResult,
  digitsProgram,
  encodeInput,
  encodeResult,
  inputFromBytes,
  inputToBytes,
  parametersCommitment,
  parametersWords,
  resultFromBytes,
  resultToBytes,
} from "./digits/reference.js";
