// Digits: a chunk of 4^chunkDepth handwritten digits through a committed network, as a task batch.
//
// Proves:   the statement of TaskBatch, where result i is the label of image i by the network of the committed
//           parameters (DigitsNetwork, DigitsParameters).
// Public:   [C, y, z].
// Private:  as TaskBatch; inputWords[B][2]: 160 bits each, proven; parameterWords: 248 bits each, proven.
pragma circom 2.2.0;

include "programs/digits-network.circom";
include "programs/digits-parameters.circom";
include "programs/task-batch.circom";

template Digits(chunkDepth, hidden) {
    var B = 4 ** chunkDepth;
    var nParameterWords = digitsParameterWords(hidden);

    signal input z;
    signal input statementDomain;
    signal input provider;
    signal input price;
    signal input count;
    signal input chunkIndex;
    signal input inputsPath[3][4];
    signal input inputWords[B][2];
    signal input parameterWords[nParameterWords];
    signal output C;
    signal output y;

    component parameters = DigitsParameters(hidden);
    parameters.words <== parameterWords;

    // Images that are not active are blank; they run too, and TaskBatch drops their labels.
    signal resultWords[B][1];
    component network[B];
    for (var i = 0; i < B; i++) {
        network[i] = DigitsNetwork(hidden);
        network[i].words <== inputWords[i];
        network[i].hiddenRows <== parameters.hiddenRows;
        network[i].hiddenBias <== parameters.hiddenBias;
        network[i].outputWeights <== parameters.outputWeights;
        network[i].outputBiases <== parameters.outputBiases;
        resultWords[i][0] <== network[i].label;
    }

    component batch = TaskBatch(chunkDepth, 2, 1, nParameterWords);
    batch.z <== z;
    batch.statementDomain <== statementDomain;
    batch.provider <== provider;
    batch.price <== price;
    batch.count <== count;
    batch.chunkIndex <== chunkIndex;
    batch.inputsPath <== inputsPath;
    batch.inputWords <== inputWords;
    batch.resultWords <== resultWords;
    batch.parameterWords <== parameterWords;
    C <== batch.C;
    y <== batch.y;
}
