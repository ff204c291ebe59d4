// A block: one state transition (docs/protocol.md). Public signals [C, y, z] over the block's vector.
//
// Proves:   the public words describe a valid transition from old root to new root by these requests, settlements and
//           signed operations, in canonical order.
// Assumes:  what the contract checks (docs/protocol.md §7): domains, roots, number, time, queue, statements, and that
//           tail words are below 2^248.
// Public:   z. Private: everything else; widths in the slots' own files.
pragma circom 2.2.0;

include "block/argument.circom";
include "block/cancellation.circom";
include "block/cell.circom";
include "block/distribution.circom";
include "block/forced-order.circom";
include "block/leg-group.circom";
include "block/opening.circom";
include "block/operation.circom";
include "block/operations-root.circom";
include "block/order.circom";
include "block/request.circom";
include "block/rotation.circom";
include "block/settlement.circom";
include "generated/schema.circom";
include "public-data/public-data.circom";

// Used slots come first.
template Prefix(n) {
    signal input used[n];
    for (var i = 1; i < n; i++) {
        (1 - used[i - 1]) * used[i] === 0;
    }
}

// Times of accesses: requests 1 .. R, settlements, operations, posted orders at R + S + O + 1, distributions from there.
// depth of the tree; slots: R requests, S settlements, N posted orders, W withdrawals, K cells, O operations, F openings,
// L groups of payment legs, X cancellations, Q rotations, D distributions, V forced orders.
template Block(depth, R, S, N, W, K, O, F, L, X, Q, D, V) {
    // Slot times have 16 bits, and so do the numbers of uses.
    assert(R + S + O + D + 1 < 2 ** 16);
    assert(S + 2 * N < 2 ** 16);
    assert(L < 2 ** 16);
    // An index is two bits for each level, and words and gaps have room for INDEX_BITS.
    assert(2 * depth <= INDEX_BITS());
    signal input z;
    signal output C;
    signal output y;

    signal input operationDomain;
    signal input statementDomain;
    signal input oldRoot;
    signal input number;
    signal input blockTime;
    signal input feeAccount;
    signal input firstRequest;

    signal input requestIsRegister[R];
    signal input requestIsDeposit[R];
    signal input requestIsSeed[R];
    signal input requestIsExitAccount[R];
    signal input requestIsExitSeed[R];
    signal input requestIsUpdateTerms[R];
    signal input requestIsExitOrder[R];
    signal input requestIsForcedSettle[R];
    signal input requestIndex[R];
    signal input requestTime[R];
    signal input requestSubject[R];
    signal input requestAmount[R];
    signal input requestPayload[R];
    signal input requestHead0[R];
    signal input requestHead1[R];
    signal input requestCellStatic[R];
    signal input requestHeldPayload[R];
    signal input requestPreviousTime[R];

    signal input forcedIsExit[V];
    signal input forcedIsSettle[V];
    signal input forcedPresent[V];
    signal input forcedIndex[V];
    signal input forcedTime[V];
    signal input forcedSubject[V];
    signal input forcedAccount[V];
    signal input forcedChunk[V];
    signal input forcedHead0[V];
    signal input forcedHead1[V];
    signal input forcedSlotTime[V];
    signal input forcedPreviousTime[V];
    signal input forcedOrder[V][11];
    signal input forcedTerms[V][10];
    signal input forcedConditions[V][2];
    signal input forcedEscrow[V];
    signal input forcedBitmap[V];
    signal input forcedRemaining[V];
    signal input forcedClaims[V][3];
    signal input forcedCount[V];
    signal input forcedFrom[V];
    signal input forcedPrice[V];
    signal input forcedChildren[V][depth][4];

    signal input settlementUsed[S];
    signal input settlementOrder[S][11];
    signal input settlementTerms[S][10];
    signal input settlementOrderIndex[S];
    signal input settlementEscrow[S];
    signal input settlementBitmap[S];
    signal input settlementRemaining[S];
    signal input settlementPreviousTime[S];
    signal input settlementChunk[S];
    signal input settlementProvider[S];
    signal input settlementOwner[S];
    signal input settlementResultsRoot[S];
    signal input settlementPrice[S];

    signal input orderUsed[N];
    signal input orderRequester[N];
    signal input orderNonce[N];
    signal input orderSeed[N];
    signal input orderSeedPayload[N];
    signal input orderMiddleware[N];
    signal input orderEarlierChunks[N];
    signal input orderLastChunk[N];
    signal input orderChunkSize[N];
    signal input orderDeadline[N];
    signal input orderSavingsShare[N];
    signal input orderModes[N];
    signal input orderMinimumBond[N];
    signal input orderPriceLimit[N];
    signal input orderSettlementFee[N];
    signal input orderIndex[N];
    signal input orderProgramId[N];
    signal input orderParametersCommitment[N];
    signal input orderInputsRoot[N];

    signal input openingIsAccount[F];
    signal input openingIsSeed[F];
    signal input openingIndex[F];
    signal input openingHead0[F];
    signal input openingHead1[F];
    signal input openingSubject[F];
    signal input openingUses[F];

    signal input withdrawalUsed[W];
    signal input withdrawalWord[W];

    signal input operationIsTransfer[O];
    signal input operationIsPostOrder[O];
    signal input operationIsWithdraw[O];
    signal input operationIsMultiTransfer[O];
    signal input operationIsCancelOrder[O];
    signal input operationIsRotateKey[O];
    signal input operationSigner[O];
    signal input operationNonce[O];
    signal input operationExpiry[O];
    signal input operationReceiver[O];
    signal input operationFee[O];
    signal input operationPriorityFee[O];
    signal input operationAmount[O];
    signal input operationData[O];
    signal input operationAx[O];
    signal input operationAy[O];
    signal input operationOwner[O];
    signal input operationR8x[O];
    signal input operationR8y[O];
    signal input operationS[O];
    signal input operationSequence[O];
    signal input operationPreviousTime[O];
    signal input operationPreviousPriority[O];
    signal input operationPreviousSequence[O];
    signal input operationBalance[O];

    signal input legGroupUsed[L];
    signal input legGroupContinues[L];
    signal input legGroupAmount[L][16];
    signal input legGroupReceiver[L][16];

    signal input cancellationUsed[X];
    signal input cancellationOrder[X][11];
    signal input cancellationDeadline[X];
    signal input cancellationMinimumBond[X];
    signal input cancellationEscrow[X];
    signal input cancellationBitmap[X];
    signal input cancellationRemaining[X];
    signal input cancellationIndex[X];
    signal input cancellationTime[X];
    signal input cancellationPreviousTime[X];

    signal input rotationUsed[Q];
    signal input rotationAx[Q];
    signal input rotationAy[Q];
    signal input rotationOwner[Q];
    signal input rotationIndex[Q];

    signal input distributionUsed[D];
    signal input distributionSeed[D];
    signal input distributionStatic[D];
    signal input distributionVault[D];
    signal input distributionPayload[D];
    signal input distributionPreviousTime[D];
    signal input distributionPayouts[D];
    signal input distributionTotal[D];

    signal input cellIsAccount[K];
    signal input cellIsSeed[K];
    signal input cellIsOrder[K];
    signal input cellCreated[K];
    signal input cellBits[K][2 * depth];
    signal input cellStatic[K];
    signal input cellNewStatic[K];
    signal input cellOldDynamic[K];
    signal input cellAmount[K];
    signal input cellPayload[K];
    signal input cellCredit[K];
    signal input cellLastAccess[K];
    signal input cellPresence[K];
    signal input cellOpened[K];
    signal input cellChildren[K][depth][4];

    // 1. The slots.
    component request[R];
    var requestCount = 0;
    for (var i = 0; i < R; i++) {
        request[i] = Request();
        request[i].isRegister <== requestIsRegister[i];
        request[i].isDeposit <== requestIsDeposit[i];
        request[i].isSeed <== requestIsSeed[i];
        request[i].isExitAccount <== requestIsExitAccount[i];
        request[i].isExitSeed <== requestIsExitSeed[i];
        request[i].isUpdateTerms <== requestIsUpdateTerms[i];
        request[i].isExitOrder <== requestIsExitOrder[i];
        request[i].isForcedSettle <== requestIsForcedSettle[i];
        request[i].index <== requestIndex[i];
        request[i].time <== requestTime[i];
        request[i].subject <== requestSubject[i];
        request[i].amount <== requestAmount[i];
        request[i].payload <== requestPayload[i];
        request[i].head0 <== requestHead0[i];
        request[i].head1 <== requestHead1[i];
        request[i].cellStatic <== requestCellStatic[i];
        request[i].heldPayload <== requestHeldPayload[i];
        request[i].previousTime <== requestPreviousTime[i];
        request[i].slotTime <== i + 1;
        requestCount += request[i].used;
    }

    component settlement[S];
    var settlementCount = 0;
    var burned = 0;
    var pooled = 0;
    var fees = 0;
    for (var i = 0; i < S; i++) {
        settlement[i] = Settlement();
        settlement[i].used <== settlementUsed[i];
        settlement[i].order <== settlementOrder[i];
        settlement[i].terms <== settlementTerms[i];
        settlement[i].orderIndex <== settlementOrderIndex[i];
        settlement[i].escrow <== settlementEscrow[i];
        settlement[i].bitmap <== settlementBitmap[i];
        settlement[i].remaining <== settlementRemaining[i];
        settlement[i].previousTime <== settlementPreviousTime[i];
        settlement[i].chunk <== settlementChunk[i];
        settlement[i].provider <== settlementProvider[i];
        settlement[i].owner <== settlementOwner[i];
        settlement[i].resultsRoot <== settlementResultsRoot[i];
        settlement[i].price <== settlementPrice[i];
        settlement[i].statementDomain <== statementDomain;
        settlement[i].time <== R + i + 1;
        settlementCount += settlementUsed[i];
        burned += settlement[i].burn;
        pooled += settlement[i].pool;
        fees += settlement[i].fee;
    }

    component forcedSlot[V];
    for (var i = 0; i < V; i++) {
        forcedSlot[i] = ForcedOrder(depth);
        forcedSlot[i].isExit <== forcedIsExit[i];
        forcedSlot[i].isSettle <== forcedIsSettle[i];
        forcedSlot[i].present <== forcedPresent[i];
        forcedSlot[i].index <== forcedIndex[i];
        forcedSlot[i].time <== forcedTime[i];
        forcedSlot[i].subject <== forcedSubject[i];
        forcedSlot[i].account <== forcedAccount[i];
        forcedSlot[i].chunk <== forcedChunk[i];
        forcedSlot[i].head0 <== forcedHead0[i];
        forcedSlot[i].head1 <== forcedHead1[i];
        forcedSlot[i].slotTime <== forcedSlotTime[i];
        forcedSlot[i].previousTime <== forcedPreviousTime[i];
        forcedSlot[i].order <== forcedOrder[i];
        forcedSlot[i].terms <== forcedTerms[i];
        forcedSlot[i].conditions <== forcedConditions[i];
        forcedSlot[i].escrow <== forcedEscrow[i];
        forcedSlot[i].bitmap <== forcedBitmap[i];
        forcedSlot[i].remaining <== forcedRemaining[i];
        forcedSlot[i].claims <== forcedClaims[i];
        forcedSlot[i].count <== forcedCount[i];
        forcedSlot[i].from <== forcedFrom[i];
        forcedSlot[i].price <== forcedPrice[i];
        forcedSlot[i].children <== forcedChildren[i];
        forcedSlot[i].root <== oldRoot;
        forcedSlot[i].statementDomain <== statementDomain;
        burned += forcedSlot[i].burn;
        pooled += forcedSlot[i].pool;
        fees += forcedSlot[i].fee;
    }

    component order[N];
    var orderCount = 0;
    for (var i = 0; i < N; i++) {
        order[i] = PostedOrder();
        order[i].used <== orderUsed[i];
        order[i].requester <== orderRequester[i];
        order[i].nonce <== orderNonce[i];
        order[i].seed <== orderSeed[i];
        order[i].seedPayload <== orderSeedPayload[i];
        order[i].middleware <== orderMiddleware[i];
        order[i].earlierChunks <== orderEarlierChunks[i];
        order[i].lastChunk <== orderLastChunk[i];
        order[i].chunkSize <== orderChunkSize[i];
        order[i].deadline <== orderDeadline[i];
        order[i].savingsShare <== orderSavingsShare[i];
        order[i].modes <== orderModes[i];
        order[i].minimumBond <== orderMinimumBond[i];
        order[i].priceLimit <== orderPriceLimit[i];
        order[i].settlementFee <== orderSettlementFee[i];
        order[i].index <== orderIndex[i];
        order[i].programId <== orderProgramId[i];
        order[i].parametersCommitment <== orderParametersCommitment[i];
        order[i].inputsRoot <== orderInputsRoot[i];
        orderCount += orderUsed[i];
    }

    component opening[F];
    for (var i = 0; i < F; i++) {
        opening[i] = Opening();
        opening[i].isAccount <== openingIsAccount[i];
        opening[i].isSeed <== openingIsSeed[i];
        opening[i].index <== openingIndex[i];
        opening[i].head0 <== openingHead0[i];
        opening[i].head1 <== openingHead1[i];
        opening[i].subject <== openingSubject[i];
        opening[i].uses <== openingUses[i];
    }

    var withdrawalCount = 0;
    for (var i = 0; i < W; i++) {
        withdrawalUsed[i] * (withdrawalUsed[i] - 1) === 0;
        (1 - withdrawalUsed[i]) * withdrawalWord[i] === 0;
        withdrawalCount += withdrawalUsed[i];
    }

    component operation[O];
    // Linear in the inputs: whether the slot is used, the effective priority, the balance left.
    var operationUsed[O];
    var effective[O];
    var rest[O];
    for (var i = 0; i < O; i++) {
        operation[i] = Operation();
        operation[i].isTransfer <== operationIsTransfer[i];
        operation[i].isPostOrder <== operationIsPostOrder[i];
        operation[i].isWithdraw <== operationIsWithdraw[i];
        operation[i].isMultiTransfer <== operationIsMultiTransfer[i];
        operation[i].isCancelOrder <== operationIsCancelOrder[i];
        operation[i].isRotateKey <== operationIsRotateKey[i];
        operation[i].signer <== operationSigner[i];
        operation[i].nonce <== operationNonce[i];
        operation[i].expiry <== operationExpiry[i];
        operation[i].receiver <== operationReceiver[i];
        operation[i].fee <== operationFee[i];
        operation[i].priorityFee <== operationPriorityFee[i];
        operation[i].amount <== operationAmount[i];
        operation[i].data <== operationData[i];
        operation[i].ax <== operationAx[i];
        operation[i].ay <== operationAy[i];
        operation[i].owner <== operationOwner[i];
        operation[i].r8x <== operationR8x[i];
        operation[i].r8y <== operationR8y[i];
        operation[i].s <== operationS[i];
        operation[i].sequence <== operationSequence[i];
        operation[i].previousTime <== operationPreviousTime[i];
        operation[i].previousPriority <== operationPreviousPriority[i];
        operation[i].previousSequence <== operationPreviousSequence[i];
        operation[i].balance <== operationBalance[i];
        operation[i].operationDomain <== operationDomain;
        operation[i].blockTime <== blockTime;
        operation[i].time <== R + S + i + 1;
        operationUsed[i] = operationIsTransfer[i] + operationIsPostOrder[i] + operationIsWithdraw[i]
            + operationIsMultiTransfer[i] + operationIsCancelOrder[i] + operationIsRotateKey[i];
        effective[i] = (operationPriorityFee[i] + operationPreviousPriority[i] - operation[i].distance) / 2;
        rest[i] = operationBalance[i] - operationAmount[i] - operationFee[i] - operationPriorityFee[i];
        fees += operation[i].fees;
    }

    // Lists of payments: each begins at a group that does not continue, and ends before the next such or unused group.
    component legGroup[L];
    var lastOfList[L];
    for (var i = 0; i < L; i++) {
        legGroup[i] = LegGroup();
        legGroup[i].used <== legGroupUsed[i];
        legGroup[i].continues <== legGroupContinues[i];
        legGroup[i].amount <== legGroupAmount[i];
        legGroup[i].receiver <== legGroupReceiver[i];
        if (i == 0) {
            legGroup[i].outBefore <== DOMAIN_LEGS();
            legGroup[i].totalBefore <== 0;
            legGroupContinues[i] === 0;
        } else {
            legGroup[i].outBefore <== legGroup[i - 1].out;
            legGroup[i].totalBefore <== legGroup[i - 1].total;
            lastOfList[i - 1] = legGroupUsed[i - 1] - legGroupContinues[i];
        }
        lastOfList[i] = legGroupUsed[i];
    }

    component cancellation[X];
    for (var i = 0; i < X; i++) {
        cancellation[i] = Cancellation();
        cancellation[i].used <== cancellationUsed[i];
        cancellation[i].order <== cancellationOrder[i];
        cancellation[i].deadline <== cancellationDeadline[i];
        cancellation[i].minimumBond <== cancellationMinimumBond[i];
        cancellation[i].escrow <== cancellationEscrow[i];
        cancellation[i].bitmap <== cancellationBitmap[i];
        cancellation[i].remaining <== cancellationRemaining[i];
        cancellation[i].index <== cancellationIndex[i];
        cancellation[i].time <== cancellationTime[i];
        cancellation[i].previousTime <== cancellationPreviousTime[i];
        cancellation[i].blockTime <== blockTime;
    }

    component rotation[Q];
    var rotationCount = 0;
    for (var i = 0; i < Q; i++) {
        rotation[i] = Rotation();
        rotation[i].used <== rotationUsed[i];
        rotation[i].ax <== rotationAx[i];
        rotation[i].ay <== rotationAy[i];
        rotation[i].owner <== rotationOwner[i];
        rotation[i].index <== rotationIndex[i];
        rotationCount += rotationUsed[i];
    }

    component distribution[D];
    var distributionCount = 0;
    for (var i = 0; i < D; i++) {
        distribution[i] = Distribution();
        distribution[i].used <== distributionUsed[i];
        distribution[i].seed <== distributionSeed[i];
        distribution[i].static <== distributionStatic[i];
        distribution[i].vault <== distributionVault[i];
        distribution[i].payload <== distributionPayload[i];
        distribution[i].previousTime <== distributionPreviousTime[i];
        distribution[i].payouts <== distributionPayouts[i];
        distribution[i].total <== distributionTotal[i];
        distribution[i].time <== R + S + O + 1 + i;
        distributionCount += distributionUsed[i];
    }

    component cell[K];
    var cellCount = 0;
    var root = oldRoot;
    for (var i = 0; i < K; i++) {
        cell[i] = Cell(depth);
        cell[i].isAccount <== cellIsAccount[i];
        cell[i].isSeed <== cellIsSeed[i];
        cell[i].isOrder <== cellIsOrder[i];
        cell[i].created <== cellCreated[i];
        cell[i].bits <== cellBits[i];
        cell[i].static <== cellStatic[i];
        cell[i].newStatic <== cellNewStatic[i];
        cell[i].oldDynamic <== cellOldDynamic[i];
        cell[i].amount <== cellAmount[i];
        cell[i].payload <== cellPayload[i];
        cell[i].credit <== cellCredit[i];
        cell[i].lastAccess <== cellLastAccess[i];
        cell[i].presence <== cellPresence[i];
        cell[i].opened <== cellOpened[i];
        cell[i].children <== cellChildren[i];
        cell[i].root <== root;
        root = cell[i].nextRoot;
        cellCount += cell[i].used;
    }

    // 2. Order: used slots first, operations by effective priority descending, then by sequence number, cells and rotated
    //    keys by index.
    signal requestUsed[R];
    for (var i = 0; i < R; i++) {
        requestUsed[i] <== request[i].used;
    }
    signal cellUsed[K];
    for (var i = 0; i < K; i++) {
        cellUsed[i] <== cell[i].used;
    }
    Prefix(R)(requestUsed);
    Prefix(S)(settlementUsed);
    Prefix(N)(orderUsed);
    Prefix(W)(withdrawalUsed);
    Prefix(L)(legGroupUsed);
    Prefix(Q)(rotationUsed);
    Prefix(D)(distributionUsed);
    Prefix(K)(cellUsed);
    for (var i = 1; i < O; i++) {
        (1 - operationUsed[i - 1]) * operationUsed[i] === 0;
    }
    // Either the effective priority falls, or it is the same and the sequence number rises. Unused slots keep the order
    // too; their numbers are free.
    signal dropInverse[O];
    signal samePriority[O];
    signal rankGap[O];
    dropInverse[0] <== 0;
    samePriority[0] <== 0;
    rankGap[0] <== 0;
    for (var i = 1; i < O; i++) {
        var drop = effective[i - 1] - effective[i];
        // As in IsZero: samePriority = 1 when drop = 0, else 0.
        dropInverse[i] <-- drop != 0 ? 1 / drop : 0;
        samePriority[i] <== 1 - drop * dropInverse[i];
        drop * samePriority[i] === 0;
        rankGap[i] <== drop - 1 + samePriority[i] * (operationSequence[i] - operationSequence[i - 1]);
        RangeCheck(SEQUENCE_BITS())(rankGap[i]);
    }
    // Rotated keys by account, so that one account has one: whoever reads the words knows its key after the block.
    signal rotationGap[Q];
    for (var i = 0; i < Q; i++) {
        if (i == 0) {
            rotationGap[i] <== 0;
        } else {
            rotationGap[i] <== rotationUsed[i] * (rotationIndex[i] - rotationIndex[i - 1] - 1);
            RangeCheck(INDEX_BITS())(rotationGap[i]);
        }
    }
    signal indexGap[K];
    indexGap[0] <== 0;
    for (var i = 1; i < K; i++) {
        indexGap[i] <== cellUsed[i] * (cell[i].index - cell[i - 1].index - 1);
        RangeCheck(2 * depth)(indexGap[i]);
    }

    // 3. The public words.
    component operations = OperationsRoot(2 * O);
    for (var i = 0; i < O; i++) {
        for (var j = 0; j < 2; j++) {
            operations.words[2 * i + j] <== operation[i].trace[j];
        }
    }
    var m = 7 + 4 * R + 2 * S + 3 * N + 3 * Q + 2 * D + W + K;
    component publicData = PublicData(m);
    publicData.domain <== DOMAIN_PUBLIC_DATA();
    publicData.z <== z;
    publicData.words[0] <== oldRoot;
    publicData.words[1] <== root;
    publicData.words[2] <== operations.out;
    publicData.words[3] <== operationDomain;
    publicData.words[4] <== statementDomain;
    publicData.words[5] <== PackBlockMeta()(
        number <== number, time <== blockTime, feeAccount <== feeAccount, depth <== depth, requests <== requestCount,
        settlements <== settlementCount, orders <== orderCount, withdrawals <== withdrawalCount, cells <== cellCount,
        rotations <== rotationCount, distributions <== distributionCount
    );
    publicData.words[6] <== PackBlockTotals()(burned <== burned, pool <== pooled, firstRequest <== firstRequest);
    var at = 7;
    for (var i = 0; i < R; i++) {
        publicData.words[at + 2 * i] <== requestHead0[i];
        publicData.words[at + 2 * i + 1] <== requestHead1[i];
        publicData.words[at + 2 * R + 2 * i] <== request[i].route;
        publicData.words[at + 2 * R + 2 * i + 1] <== request[i].value;
    }
    at += 4 * R;
    for (var i = 0; i < S; i++) {
        publicData.words[at + i] <== settlement[i].commitment;
        publicData.words[at + S + i] <== settlement[i].program;
    }
    at += 2 * S;
    for (var i = 0; i < N; i++) {
        publicData.words[at + i] <== order[i].head;
        for (var j = 0; j < 2; j++) {
            publicData.words[at + N + 2 * i + j] <== order[i].tails[j];
        }
    }
    at += 3 * N;
    for (var i = 0; i < Q; i++) {
        publicData.words[at + 2 * i] <== rotationAx[i];
        publicData.words[at + 2 * i + 1] <== rotationAy[i];
        publicData.words[at + 2 * Q + i] <== rotationIndex[i];
    }
    at += 3 * Q;
    for (var i = 0; i < D; i++) {
        publicData.words[at + i] <== distributionPayouts[i];
        publicData.words[at + D + i] <== distribution[i].word;
    }
    at += 2 * D;
    for (var i = 0; i < W; i++) {
        publicData.words[at + i] <== withdrawalWord[i];
    }
    at += W;
    for (var i = 0; i < K; i++) {
        publicData.words[at + i] <== cell[i].word;
    }
    C <== publicData.commitment;
    y <== publicData.evaluation;

    // 4. Challenges: after C and everything else that the arguments quantify over.
    var flagWords = (L + 119) \ 120;
    component accesses = PoseidonSponge(
        2 * S + N + 2 * F + 2 * K + L + flagWords + 2 * X + Q + 2 * D + 2 * R + 6 * V
    );
    accesses.domain <== DOMAIN_ACCESSES();
    at = 0;
    for (var i = 0; i < S; i++) {
        accesses.words[at + 2 * i] <== settlement[i].access;
        accesses.words[at + 2 * i + 1] <== settlement[i].static;
    }
    at += 2 * S;
    for (var i = 0; i < N; i++) {
        accesses.words[at + i] <== order[i].static;
    }
    at += N;
    for (var i = 0; i < F; i++) {
        accesses.words[at + 2 * i] <== opening[i].static;
        accesses.words[at + 2 * i + 1] <== opening[i].word;
    }
    at += 2 * F;
    for (var i = 0; i < K; i++) {
        accesses.words[at + 2 * i] <== cell[i].multiplicities;
        accesses.words[at + 2 * i + 1] <== cellLastAccess[i];
    }
    at += 2 * K;
    for (var i = 0; i < L; i++) {
        accesses.words[at + i] <== legGroup[i].out;
    }
    at += L;
    for (var i = 0; i < flagWords; i++) {
        var flags = 0;
        for (var j = 120 * i; j < L && j < 120 * i + 120; j++) {
            flags += (legGroupUsed[j] + 2 * legGroupContinues[j]) * 4 ** (j - 120 * i);
        }
        accesses.words[at + i] <== flags;
    }
    at += flagWords;
    for (var i = 0; i < X; i++) {
        accesses.words[at + 2 * i] <== cancellation[i].access;
        accesses.words[at + 2 * i + 1] <== cancellation[i].static;
    }
    at += 2 * X;
    for (var i = 0; i < Q; i++) {
        accesses.words[at + i] <== rotation[i].static;
    }
    at += Q;
    for (var i = 0; i < D; i++) {
        accesses.words[at + 2 * i] <== distribution[i].access;
        accesses.words[at + 2 * i + 1] <== distributionStatic[i];
    }
    at += 2 * D;
    for (var i = 0; i < R; i++) {
        accesses.words[at + 2 * i] <== request[i].access;
        accesses.words[at + 2 * i + 1] <== requestCellStatic[i];
    }
    at += 2 * R;
    for (var i = 0; i < V; i++) {
        accesses.words[at + 6 * i] <== forcedSlot[i].route;
        accesses.words[at + 6 * i + 1] <== forcedSlot[i].task;
        accesses.words[at + 6 * i + 2] <== forcedHead0[i];
        accesses.words[at + 6 * i + 3] <== forcedHead1[i];
        accesses.words[at + 6 * i + 4] <== forcedSlot[i].static;
        accesses.words[at + 6 * i + 5] <== forcedSlot[i].access;
    }
    component challenges = PoseidonOutputs(2, 2);
    challenges.capacity <== DOMAIN_CHALLENGE();
    challenges.inputs <== [publicData.commitment, accesses.out];
    signal gamma <== challenges.out[0];
    signal powers[8] <== Powers()(challenges.out[1]);

    // 5. Memory: what was read is what was written. A factor is gamma - (index + beta static + beta^2 dynamic + beta^3
    //    access) in a used slot, else 1.
    component reads = Product(S + O + K + X + D + R + V);
    component writes = Product(S + O + R + N + K + X + D + V);
    var payloadPlace = 2 ** OFFSET_CellDynamic_payload();
    var kindPlace = 2 ** OFFSET_CellDynamic_kind();
    for (var i = 0; i < S; i++) {
        reads.factors[i] <== CellFactor()(
            settlementUsed[i], settlementOrderIndex[i], settlement[i].static, settlement[i].readDynamic,
            INITIAL_ACCESS() + settlementPreviousTime[i], gamma, powers
        );
        writes.factors[i] <== CellFactor()(
            settlementUsed[i], settlementOrderIndex[i], settlement[i].static, settlement[i].writeDynamic,
            INITIAL_ACCESS() + R + i + 1, gamma, powers
        );
    }
    signal operationStatic[O][2];
    signal operationDynamic[O][2];
    signal operationAccess[O][2];
    for (var i = 0; i < O; i++) {
        var accountKind = KIND_ACCOUNT() * kindPlace;
        operationStatic[i][0] <== powers[0] * operation[i].static;
        operationStatic[i][1] <== powers[0] * operation[i].staticAfter;
        operationDynamic[i][0] <== powers[1] * (operationBalance[i] + operationNonce[i] * payloadPlace + accountKind);
        operationDynamic[i][1] <== powers[1] * (rest[i] + (operationNonce[i] + 1) * payloadPlace + accountKind);
        operationAccess[i][0] <== powers[2] * (
            operationPreviousTime[i] + operationPreviousPriority[i] * 2 ** OFFSET_AccessOrder_priority()
            + operationPreviousSequence[i] * 2 ** OFFSET_AccessOrder_sequence()
        );
        operationAccess[i][1] <== powers[2] * (
            R + S + i + 1 + effective[i] * 2 ** OFFSET_AccessOrder_priority()
            + operationSequence[i] * 2 ** OFFSET_AccessOrder_sequence()
        );
        var common = gamma - operationSigner[i] - 1;
        reads.factors[S + i] <== 1 + operationUsed[i] * (
            common - operationStatic[i][0] - operationDynamic[i][0] - operationAccess[i][0]
        );
        writes.factors[S + i] <== 1 + operationUsed[i] * (
            common - operationStatic[i][1] - operationDynamic[i][1] - operationAccess[i][1]
        );
    }
    for (var i = 0; i < R; i++) {
        // Created at the opening of the block, or read and written at the request's time.
        reads.factors[S + O + K + X + D + i] <== CellFactor()(
            request[i].accesses, requestIndex[i], request[i].static, request[i].readDynamic,
            INITIAL_ACCESS() + requestPreviousTime[i], gamma, powers
        );
        writes.factors[S + O + i] <== CellFactor()(
            request[i].writes, requestIndex[i], request[i].static, request[i].writeDynamic,
            INITIAL_ACCESS() + request[i].accesses * (i + 1), gamma, powers
        );
    }
    for (var i = 0; i < V; i++) {
        reads.factors[S + O + K + X + D + R + i] <== CellFactor()(
            forcedPresent[i], forcedIndex[i], forcedSlot[i].static, forcedSlot[i].readDynamic,
            INITIAL_ACCESS() + forcedPreviousTime[i], gamma, powers
        );
        writes.factors[S + O + R + N + K + X + D + i] <== CellFactor()(
            forcedPresent[i], forcedIndex[i], forcedSlot[i].static, forcedSlot[i].writeDynamic,
            INITIAL_ACCESS() + forcedSlotTime[i], gamma, powers
        );
    }
    for (var i = 0; i < N; i++) {
        // Written after every settlement of the block: an order can be settled from the next block on.
        writes.factors[S + O + R + i] <== CellFactor()(
            orderUsed[i], orderIndex[i], order[i].static,
            order[i].amount + (orderEarlierChunks[i] + 1) * 2 ** OFFSET_OrderPayload_remaining() * payloadPlace
                + KIND_ORDER() * kindPlace,
            INITIAL_ACCESS() + R + S + O + 1, gamma, powers
        );
    }
    // beta static and beta^2 dynamic of a cell, for the memory and for the lookups.
    signal cellStaticTerm[K];
    signal cellNewStaticTerm[K];
    signal cellOldTerm[K];
    signal cellLastTerm[K];
    signal cellAccessTerm[K];
    for (var i = 0; i < K; i++) {
        cellStaticTerm[i] <== powers[0] * cellStatic[i];
        cellNewStaticTerm[i] <== powers[0] * cellNewStatic[i];
        cellOldTerm[i] <== powers[1] * cellOldDynamic[i];
        cellLastTerm[i] <== powers[1] * (cell[i].dynamic - cellCredit[i]);
        cellAccessTerm[i] <== powers[2] * cellLastAccess[i];
        var common = gamma - cell[i].index - 1;
        reads.factors[S + O + i] <== 1 + cellUsed[i] * (
            common - cellNewStaticTerm[i] - cellLastTerm[i] - cellAccessTerm[i]
        );
        writes.factors[S + O + R + N + i] <== 1 + (cellUsed[i] - cellCreated[i]) * (
            common - cellStaticTerm[i] - cellOldTerm[i] - powers[2] * INITIAL_ACCESS()
        );
    }
    for (var i = 0; i < X; i++) {
        reads.factors[S + O + K + i] <== CellFactor()(
            cancellationUsed[i], cancellationIndex[i], cancellation[i].static, cancellation[i].readDynamic,
            INITIAL_ACCESS() + cancellationPreviousTime[i], gamma, powers
        );
        writes.factors[S + O + R + N + K + i] <== CellFactor()(
            cancellationUsed[i], cancellationIndex[i], cancellation[i].static, cancellation[i].writeDynamic,
            INITIAL_ACCESS() + cancellationTime[i], gamma, powers
        );
    }
    for (var i = 0; i < D; i++) {
        reads.factors[S + O + K + X + i] <== CellFactor()(
            distributionUsed[i], distributionSeed[i], distributionStatic[i], distribution[i].readDynamic,
            INITIAL_ACCESS() + distributionPreviousTime[i], gamma, powers
        );
        writes.factors[S + O + R + N + K + X + i] <== CellFactor()(
            distributionUsed[i], distributionSeed[i], distributionStatic[i], distribution[i].writeDynamic,
            INITIAL_ACCESS() + R + S + O + 1 + i, gamma, powers
        );
    }
    reads.out === writes.out;

    // 6. Messages: every PostOrder operation has its order slot, every Withdraw and exit its public word, every MultiTransfer
    //    and every distribution its list of payments, every CancelOrder, RotateKey and request about an order its slot.
    //    beta^4 to beta^8 mark the kinds.
    component sent = Product(O + D + R + V);
    component taken = Product(N + W + L + X + Q + V);
    component posted[O];
    component takenOrder[N];
    signal sentOrder[O];
    signal sentWithdrawal[O];
    component listed[O];
    component cancelled[O];
    component rotated[O];
    signal sentList[O];
    signal sentCancellation[O];
    signal sentRotation[O];
    for (var i = 0; i < O; i++) {
        posted[i] = OrderMessage();
        posted[i].requester <== operationSigner[i];
        posted[i].nonce <== operationNonce[i];
        posted[i].static <== operationData[i];
        posted[i].amount <== operationAmount[i];
        posted[i].gamma <== gamma;
        posted[i].powers <== powers;
        sentOrder[i] <== operationIsPostOrder[i] * (posted[i].value - 1);
        sentWithdrawal[i] <== operationIsWithdraw[i] * (
            gamma - operationAmount[i] - operationOwner[i] * 2 ** AMOUNT_BITS() - powers[3] - 1
        );
        listed[i] = ListMessage();
        listed[i].commitment <== operationData[i];
        listed[i].total <== operationAmount[i];
        listed[i].gamma <== gamma;
        listed[i].powers <== powers;
        sentList[i] <== operationIsMultiTransfer[i] * (listed[i].value - 1);
        cancelled[i] = CancellationMessage();
        cancelled[i].requester <== operationSigner[i];
        cancelled[i].index <== operationReceiver[i];
        cancelled[i].static <== operationData[i];
        cancelled[i].time <== R + S + i + 1;
        cancelled[i].gamma <== gamma;
        cancelled[i].powers <== powers;
        sentCancellation[i] <== operationIsCancelOrder[i] * (cancelled[i].value - 1);
        rotated[i] = RotationMessage();
        rotated[i].index <== operationSigner[i];
        rotated[i].static <== operationData[i];
        rotated[i].owner <== operationOwner[i];
        rotated[i].gamma <== gamma;
        rotated[i].powers <== powers;
        sentRotation[i] <== operationIsRotateKey[i] * (rotated[i].value - 1);
        sent.factors[i] <== 1 + sentOrder[i] + sentWithdrawal[i] + sentList[i] + sentCancellation[i] + sentRotation[i];
    }
    component distributed[D];
    for (var i = 0; i < D; i++) {
        distributed[i] = ListMessage();
        distributed[i].commitment <== distributionPayouts[i];
        distributed[i].total <== distributionTotal[i];
        distributed[i].gamma <== gamma;
        distributed[i].powers <== powers;
        sent.factors[O + i] <== 1 + distributionUsed[i] * (distributed[i].value - 1);
    }
    for (var i = 0; i < N; i++) {
        takenOrder[i] = OrderMessage();
        takenOrder[i].requester <== orderRequester[i];
        takenOrder[i].nonce <== orderNonce[i];
        takenOrder[i].static <== order[i].static;
        takenOrder[i].amount <== order[i].amount;
        takenOrder[i].gamma <== gamma;
        takenOrder[i].powers <== powers;
        taken.factors[i] <== 1 + orderUsed[i] * (takenOrder[i].value - 1);
    }
    for (var i = 0; i < W; i++) {
        taken.factors[N + i] <== 1 + withdrawalUsed[i] * (gamma - withdrawalWord[i] - powers[3] - 1);
    }
    component takenList[L];
    for (var i = 0; i < L; i++) {
        takenList[i] = ListMessage();
        takenList[i].commitment <== legGroup[i].out;
        takenList[i].total <== legGroup[i].total;
        takenList[i].gamma <== gamma;
        takenList[i].powers <== powers;
        taken.factors[N + W + i] <== 1 + lastOfList[i] * (takenList[i].value - 1);
    }
    component takenCancellation[X];
    for (var i = 0; i < X; i++) {
        takenCancellation[i] = CancellationMessage();
        takenCancellation[i].requester <== cancellationOrder[i][0];
        takenCancellation[i].index <== cancellationIndex[i];
        takenCancellation[i].static <== cancellation[i].static;
        takenCancellation[i].time <== cancellationTime[i];
        takenCancellation[i].gamma <== gamma;
        takenCancellation[i].powers <== powers;
        taken.factors[N + W + L + i] <== 1 + cancellationUsed[i] * (takenCancellation[i].value - 1);
    }
    component takenRotation[Q];
    for (var i = 0; i < Q; i++) {
        takenRotation[i] = RotationMessage();
        takenRotation[i].index <== rotationIndex[i];
        takenRotation[i].static <== rotation[i].static;
        takenRotation[i].owner <== rotationOwner[i];
        takenRotation[i].gamma <== gamma;
        takenRotation[i].powers <== powers;
        taken.factors[N + W + L + X + i] <== 1 + rotationUsed[i] * (takenRotation[i].value - 1);
    }
    component requested[R];
    signal sentExit[R];
    signal sentForced[R];
    for (var i = 0; i < R; i++) {
        sentExit[i] <== request[i].exits * (
            gamma - requestAmount[i] - requestSubject[i] * 2 ** AMOUNT_BITS() - powers[3] - 1
        );
        requested[i] = ForcedMessage();
        requested[i].route <== request[i].route;
        requested[i].task <== request[i].value + (i + 1) * 2 ** 176;
        requested[i].head0 <== requestHead0[i];
        requested[i].head1 <== requestHead1[i];
        requested[i].gamma <== gamma;
        requested[i].powers <== powers;
        sentForced[i] <== request[i].forwards * (requested[i].value - 1);
        sent.factors[O + D + i] <== 1 + sentExit[i] + sentForced[i];
    }
    component takenForced[V];
    for (var i = 0; i < V; i++) {
        sent.factors[O + D + R + i] <== 1 + forcedSlot[i].exited * (
            gamma - forcedSlot[i].left - forcedSubject[i] * 2 ** AMOUNT_BITS() - powers[3] - 1
        );
        takenForced[i] = ForcedMessage();
        takenForced[i].route <== forcedSlot[i].route;
        takenForced[i].task <== forcedSlot[i].task;
        takenForced[i].head0 <== forcedHead0[i];
        takenForced[i].head1 <== forcedHead1[i];
        takenForced[i].gamma <== gamma;
        takenForced[i].powers <== powers;
        taken.factors[N + W + L + X + Q + i] <== 1 + forcedSlot[i].used * (takenForced[i].value - 1);
    }
    sent.out === taken.out;

    // 7. Credits: each cell and kind gets exactly what the slots give it. A key is index + beta kind, so that no index, in
    //    range or not, stands for a cell of another kind.
    var account = KIND_ACCOUNT() * powers[0];
    var seed = KIND_SEED() * powers[0];
    signal cellKind[K];
    for (var i = 0; i < K; i++) {
        cellKind[i] <== powers[0] * cell[i].kind;
    }
    signal feeTerm <== Term()(fees, feeAccount + account, gamma);
    var given = feeTerm;
    signal depositTerm[R];
    for (var i = 0; i < R; i++) {
        depositTerm[i] <== Term()(request[i].credit, requestIndex[i] + account, gamma);
        given += depositTerm[i];
    }
    signal settlementTerm[S][4];
    for (var i = 0; i < S; i++) {
        settlementTerm[i][0] <== Term()(settlement[i].providerCredit, settlementProvider[i] + account, gamma);
        settlementTerm[i][1] <== Term()(settlement[i].middlewareCredit, settlementOrder[i][5] + account, gamma);
        settlementTerm[i][2] <== Term()(settlement[i].seedCredit, settlementOrder[i][4] + seed, gamma);
        settlementTerm[i][3] <== Term()(settlement[i].requesterCredit, settlementOrder[i][0] + account, gamma);
        for (var j = 0; j < 4; j++) {
            given += settlementTerm[i][j];
        }
    }
    signal forcedTerm[V][4];
    for (var i = 0; i < V; i++) {
        forcedTerm[i][0] <== Term()(forcedSlot[i].providerCredit, forcedAccount[i] + account, gamma);
        forcedTerm[i][1] <== Term()(forcedSlot[i].middlewareCredit, forcedOrder[i][5] + account, gamma);
        forcedTerm[i][2] <== Term()(forcedSlot[i].seedCredit, forcedOrder[i][4] + seed, gamma);
        forcedTerm[i][3] <== Term()(forcedSlot[i].requesterCredit, forcedOrder[i][0] + account, gamma);
        for (var j = 0; j < 4; j++) {
            given += forcedTerm[i][j];
        }
    }
    signal transferTerm[O];
    for (var i = 0; i < O; i++) {
        transferTerm[i] <== Term()(operation[i].transferCredit, operationReceiver[i] + account, gamma);
        given += transferTerm[i];
    }
    signal legTerm[L][16];
    for (var i = 0; i < L; i++) {
        for (var j = 0; j < 16; j++) {
            legTerm[i][j] <== Term()(legGroupAmount[i][j], legGroupReceiver[i][j] + account, gamma);
            given += legTerm[i][j];
        }
    }
    signal refundTerm[X];
    for (var i = 0; i < X; i++) {
        refundTerm[i] <== Term()(cancellation[i].refund, cancellationOrder[i][0] + account, gamma);
        given += refundTerm[i];
    }
    signal cellTerm[K];
    var received = 0;
    for (var i = 0; i < K; i++) {
        cellTerm[i] <== Term()(cellCredit[i], cell[i].index + cellKind[i], gamma);
        received += cellTerm[i];
    }
    given === received;

    // 8. Lookups. First: what a new order names is there, its middleware as an account and its seed with these terms.
    signal middlewareTerm[N];
    signal namedPayload[N];
    signal seedTerm[N];
    var named = 0;
    for (var i = 0; i < N; i++) {
        middlewareTerm[i] <== Term()(orderUsed[i], orderMiddleware[i] + account, gamma);
        namedPayload[i] <== powers[1] * orderSeedPayload[i];
        seedTerm[i] <== Term()(orderUsed[i], orderSeed[i] + seed + namedPayload[i], gamma);
        named += middlewareTerm[i] + seedTerm[i];
    }
    signal presentPayload[K];
    signal presenceTerm[K];
    var present = 0;
    for (var i = 0; i < K; i++) {
        presentPayload[i] <== powers[1] * cell[i].factPayload;
        presenceTerm[i] <== Term()(cellPresence[i], cell[i].index + cellKind[i] + presentPayload[i], gamma);
        present += presenceTerm[i];
    }
    named === present;

    // Second: what is opened is the static part of a touched cell.
    signal openingKind[F];
    signal openedStatic[F];
    signal openedTerm[F];
    var opened = 0;
    for (var i = 0; i < F; i++) {
        openingKind[i] <== powers[0] * (openingIsAccount[i] * KIND_ACCOUNT() + openingIsSeed[i] * KIND_SEED());
        var key = openingIndex[i] + openingKind[i];
        openedStatic[i] <== powers[1] * opening[i].static;
        openedTerm[i] <== Term()(openingIsAccount[i] + openingIsSeed[i], key + openedStatic[i], gamma);
        opened += openedTerm[i];
    }
    signal cellOpenedTerm[K];
    signal staticTerm[K];
    var closed = 0;
    for (var i = 0; i < K; i++) {
        cellOpenedTerm[i] <== powers[1] * cellStatic[i];
        staticTerm[i] <== Term()(cellOpened[i], cell[i].index + cellKind[i] + cellOpenedTerm[i], gamma);
        closed += staticTerm[i];
    }
    opened === closed;

    // Third: what a slot says of a provider or seed is what is opened: an account's owner, a seed's parameters and program.
    signal providerFact[S];
    signal providerTerm[S];
    var looked = 0;
    for (var i = 0; i < S; i++) {
        providerFact[i] <== powers[1] * settlementOwner[i];
        providerTerm[i] <== Term()(
            settlementUsed[i], settlementProvider[i] + account + providerFact[i], gamma
        );
        looked += providerTerm[i];
    }
    signal seedFact[N][2];
    signal programTerm[N];
    for (var i = 0; i < N; i++) {
        seedFact[i][0] <== powers[1] * orderParametersCommitment[i];
        seedFact[i][1] <== powers[2] * orderProgramId[i];
        programTerm[i] <== Term()(
            orderUsed[i], orderSeed[i] + seed + seedFact[i][0] + seedFact[i][1], gamma
        );
        looked += programTerm[i];
    }
    signal openingFact[F][2];
    signal usesTerm[F];
    var offered = 0;
    for (var i = 0; i < F; i++) {
        var key = openingIndex[i] + openingKind[i];
        for (var j = 0; j < 2; j++) {
            openingFact[i][j] <== powers[j + 1] * opening[i].fact[j];
        }
        usesTerm[i] <== Term()(openingUses[i], key + openingFact[i][0] + openingFact[i][1], gamma);
        offered += usesTerm[i];
    }
    looked === offered;
}
