// A block: one state transition (docs/protocol.md). Public signals [C, y, z] over the block's vector.
//
// Proves:   the public words describe a valid transition from old root to new root by these requests, settlements and
//           signed operations, in canonical order.
// Assumes:  what the contract checks (docs/protocol.md §7): domains, roots, number, time, queue, statements, and that
//           tail words are below 2^248.
// Public:   z. Private: everything else; widths in the slots' own files.
pragma circom 2.2.0;

include "block/argument.circom";
include "block/cell.circom";
include "block/operation.circom";
include "block/order.circom";
include "block/request.circom";
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

template Block(depth, R, S, N, W, K, O) {
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
    signal input requestIndex[R];
    signal input requestTime[R];
    signal input requestSubject[R];
    signal input requestAmount[R];
    signal input requestPayload[R];
    signal input requestHead0[R];
    signal input requestHead1[R];

    signal input settlementUsed[S];
    signal input settlementOrder[S][16];
    signal input settlementModes[S];
    signal input settlementSavingsShare[S];
    signal input settlementOrderIndex[S];
    signal input settlementEscrow[S];
    signal input settlementBitmap[S];
    signal input settlementRemaining[S];
    signal input settlementPreviousTime[S];
    signal input settlementChunk[S];
    signal input settlementProvider[S];
    signal input settlementAx[S];
    signal input settlementAy[S];
    signal input settlementOwner[S];
    signal input settlementResultsRoot[S];
    signal input settlementPrice[S];

    signal input orderUsed[N];
    signal input orderRequester[N];
    signal input orderNonce[N];
    signal input orderSeed[N];
    signal input orderMiddleware[N];
    signal input orderJobCount[N];
    signal input orderChunkSize[N];
    signal input orderChunks[N];
    signal input orderDeadline[N];
    signal input orderSavingsShare[N];
    signal input orderModes[N];
    signal input orderMinimumBond[N];
    signal input orderPriceLimit[N];
    signal input orderSettlementFee[N];
    signal input orderRoyalty[N];
    signal input orderMiddlewareShare[N];
    signal input orderBurn[N];
    signal input orderPool[N];
    signal input orderVersion[N];
    signal input orderIndex[N];
    signal input orderProgramId[N];
    signal input orderParametersCommitment[N];
    signal input orderInputsRoot[N];
    signal input orderSeedSubject[N];

    signal input withdrawalUsed[W];
    signal input withdrawalWord[W];

    signal input operationIsTransfer[O];
    signal input operationIsPostOrder[O];
    signal input operationIsWithdraw[O];
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

    signal input cellIsAccount[K];
    signal input cellIsSeed[K];
    signal input cellIsOrder[K];
    signal input cellCreated[K];
    signal input cellBits[K][2 * depth];
    signal input cellStatic[K];
    signal input cellOldDynamic[K];
    signal input cellAmount[K];
    signal input cellPayload[K];
    signal input cellCredit[K];
    signal input cellLastAccess[K];
    signal input cellPresence[K];
    signal input cellFacts[K];
    signal input cellChildren[K][depth][4];

    // 1. The slots.
    component request[R];
    var requestCount = 0;
    for (var i = 0; i < R; i++) {
        request[i] = Request();
        request[i].isRegister <== requestIsRegister[i];
        request[i].isDeposit <== requestIsDeposit[i];
        request[i].isSeed <== requestIsSeed[i];
        request[i].index <== requestIndex[i];
        request[i].time <== requestTime[i];
        request[i].subject <== requestSubject[i];
        request[i].amount <== requestAmount[i];
        request[i].payload <== requestPayload[i];
        request[i].head0 <== requestHead0[i];
        request[i].head1 <== requestHead1[i];
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
        settlement[i].modes <== settlementModes[i];
        settlement[i].savingsShare <== settlementSavingsShare[i];
        settlement[i].orderIndex <== settlementOrderIndex[i];
        settlement[i].escrow <== settlementEscrow[i];
        settlement[i].bitmap <== settlementBitmap[i];
        settlement[i].remaining <== settlementRemaining[i];
        settlement[i].previousTime <== settlementPreviousTime[i];
        settlement[i].chunk <== settlementChunk[i];
        settlement[i].provider <== settlementProvider[i];
        settlement[i].ax <== settlementAx[i];
        settlement[i].ay <== settlementAy[i];
        settlement[i].owner <== settlementOwner[i];
        settlement[i].resultsRoot <== settlementResultsRoot[i];
        settlement[i].price <== settlementPrice[i];
        settlement[i].statementDomain <== statementDomain;
        settlement[i].time <== i + 1;
        settlementCount += settlementUsed[i];
        burned += settlement[i].burn;
        pooled += settlement[i].pool;
        fees += settlement[i].fee;
    }

    component order[N];
    var orderCount = 0;
    for (var i = 0; i < N; i++) {
        order[i] = PostedOrder(depth);
        order[i].used <== orderUsed[i];
        order[i].requester <== orderRequester[i];
        order[i].nonce <== orderNonce[i];
        order[i].seed <== orderSeed[i];
        order[i].middleware <== orderMiddleware[i];
        order[i].jobCount <== orderJobCount[i];
        order[i].chunkSize <== orderChunkSize[i];
        order[i].chunks <== orderChunks[i];
        order[i].deadline <== orderDeadline[i];
        order[i].savingsShare <== orderSavingsShare[i];
        order[i].modes <== orderModes[i];
        order[i].minimumBond <== orderMinimumBond[i];
        order[i].priceLimit <== orderPriceLimit[i];
        order[i].settlementFee <== orderSettlementFee[i];
        order[i].royalty <== orderRoyalty[i];
        order[i].middlewareShare <== orderMiddlewareShare[i];
        order[i].burn <== orderBurn[i];
        order[i].pool <== orderPool[i];
        order[i].version <== orderVersion[i];
        order[i].index <== orderIndex[i];
        order[i].programId <== orderProgramId[i];
        order[i].parametersCommitment <== orderParametersCommitment[i];
        order[i].inputsRoot <== orderInputsRoot[i];
        order[i].seedSubject <== orderSeedSubject[i];
        orderCount += orderUsed[i];
    }

    var withdrawalCount = 0;
    for (var i = 0; i < W; i++) {
        withdrawalUsed[i] * (withdrawalUsed[i] - 1) === 0;
        (1 - withdrawalUsed[i]) * withdrawalWord[i] === 0;
        withdrawalCount += withdrawalUsed[i];
    }

    component operation[O];
    signal operationUsed[O];
    for (var i = 0; i < O; i++) {
        operation[i] = Operation();
        operation[i].isTransfer <== operationIsTransfer[i];
        operation[i].isPostOrder <== operationIsPostOrder[i];
        operation[i].isWithdraw <== operationIsWithdraw[i];
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
        operation[i].time <== S + i + 1;
        operationUsed[i] <== operation[i].used;
        fees += operation[i].fees;
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
        cell[i].oldDynamic <== cellOldDynamic[i];
        cell[i].amount <== cellAmount[i];
        cell[i].payload <== cellPayload[i];
        cell[i].credit <== cellCredit[i];
        cell[i].lastAccess <== cellLastAccess[i];
        cell[i].presence <== cellPresence[i];
        cell[i].facts <== cellFacts[i];
        cell[i].children <== cellChildren[i];
        cell[i].root <== root;
        root = cell[i].nextRoot;
        cellCount += cell[i].used;
    }

    // 2. Order: used slots first, operations by rank, cells by index.
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
    Prefix(O)(operationUsed);
    Prefix(K)(cellUsed);
    signal rankGap[O];
    rankGap[0] <== 0;
    for (var i = 1; i < O; i++) {
        rankGap[i] <== operationUsed[i] * (operation[i - 1].rank - operation[i].rank - 1);
        RangeCheck(32 + SEQUENCE_BITS())(rankGap[i]);
    }
    signal indexGap[K];
    indexGap[0] <== 0;
    for (var i = 1; i < K; i++) {
        indexGap[i] <== cellUsed[i] * (cell[i].index - cell[i - 1].index - 1);
        RangeCheck(2 * depth)(indexGap[i]);
    }

    // 3. The public words.
    component operations = PoseidonSponge(3 * O);
    operations.domain <== DOMAIN_OPERATIONS();
    for (var i = 0; i < O; i++) {
        for (var j = 0; j < 3; j++) {
            operations.words[3 * i + j] <== operation[i].trace[j];
        }
    }
    var m = 7 + 4 * R + 2 * S + 6 * N + W + K;
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
        settlements <== settlementCount, orders <== orderCount, withdrawals <== withdrawalCount, cells <== cellCount
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
        for (var j = 0; j < 2; j++) {
            publicData.words[at + 2 * i + j] <== order[i].heads[j];
        }
        for (var j = 0; j < 4; j++) {
            publicData.words[at + 2 * N + 4 * i + j] <== order[i].tails[j];
        }
    }
    at += 6 * N;
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
    component accesses = PoseidonSponge(3 * S + N + 2 * K);
    accesses.domain <== DOMAIN_ACCESSES();
    for (var i = 0; i < S; i++) {
        accesses.words[3 * i] <== settlement[i].access;
        accesses.words[3 * i + 1] <== settlement[i].static;
        accesses.words[3 * i + 2] <== settlement[i].providerStatic;
    }
    for (var i = 0; i < N; i++) {
        accesses.words[3 * S + i] <== order[i].seedStatic;
    }
    for (var i = 0; i < K; i++) {
        accesses.words[3 * S + N + 2 * i] <== cell[i].multiplicities;
        accesses.words[3 * S + N + 2 * i + 1] <== cellLastAccess[i];
    }
    component challenges = PoseidonOutputs(2, 2);
    challenges.capacity <== DOMAIN_CHALLENGE();
    challenges.inputs <== [publicData.commitment, accesses.out];
    signal gamma <== challenges.out[0];
    signal powers[3] <== Powers()(challenges.out[1]);

    // 5. Memory: what was read is what was written.
    component reads = Product(S + O + K);
    component writes = Product(S + O + R + N + K);
    for (var i = 0; i < S; i++) {
        reads.factors[i] <== CellFactor()(
            settlementUsed[i], settlementOrderIndex[i], settlement[i].static, settlement[i].readDynamic,
            settlement[i].readAccess, gamma, powers
        );
        writes.factors[i] <== CellFactor()(
            settlementUsed[i], settlementOrderIndex[i], settlement[i].static, settlement[i].writeDynamic,
            settlement[i].writeAccess, gamma, powers
        );
    }
    for (var i = 0; i < O; i++) {
        reads.factors[S + i] <== CellFactor()(
            operationUsed[i], operationSigner[i], operation[i].static, operation[i].readDynamic,
            operation[i].readAccess, gamma, powers
        );
        writes.factors[S + i] <== CellFactor()(
            operationUsed[i], operationSigner[i], operation[i].static, operation[i].writeDynamic,
            operation[i].writeAccess, gamma, powers
        );
    }
    for (var i = 0; i < R; i++) {
        writes.factors[S + O + i] <== CellFactor()(
            request[i].created, requestIndex[i], request[i].static, request[i].dynamic, INITIAL_ACCESS(), gamma, powers
        );
    }
    for (var i = 0; i < N; i++) {
        // Written after every settlement of the block: an order can be settled from the next block on.
        writes.factors[S + O + R + i] <== CellFactor()(
            orderUsed[i], orderIndex[i], order[i].static, order[i].dynamic, INITIAL_ACCESS() + S + O + 1, gamma, powers
        );
    }
    for (var i = 0; i < K; i++) {
        reads.factors[S + O + i] <== CellFactor()(
            cellUsed[i], cell[i].index, cellStatic[i], cell[i].lastDynamic, cellLastAccess[i], gamma, powers
        );
        writes.factors[S + O + R + N + i] <== CellFactor()(
            cell[i].existing, cell[i].index, cellStatic[i], cellOldDynamic[i], INITIAL_ACCESS(), gamma, powers
        );
    }
    reads.out === writes.out;

    // 6. Messages: every PostOrder operation has its order slot, every Withdraw its public word.
    component posted = Product(O);
    component taken = Product(N);
    component requested = Product(O);
    component granted = Product(W);
    for (var i = 0; i < O; i++) {
        posted.factors[i] <== MessageFactor()(
            operationIsPostOrder[i],
            [operationSigner[i] * 2 ** 40 + operationNonce[i], operationData[i], operationAmount[i]], gamma, powers
        );
        requested.factors[i] <== 1 + operationIsWithdraw[i] * (
            gamma - operationAmount[i] - operationOwner[i] * 2 ** AMOUNT_BITS() - 1
        );
    }
    for (var i = 0; i < N; i++) {
        taken.factors[i] <== MessageFactor()(
            orderUsed[i], [orderRequester[i] * 2 ** 40 + orderNonce[i], order[i].static, order[i].amount], gamma, powers
        );
    }
    for (var i = 0; i < W; i++) {
        granted.factors[i] <== 1 + withdrawalUsed[i] * (gamma - withdrawalWord[i] - 1);
    }
    posted.out === taken.out;
    requested.out === granted.out;

    // 7. Credits and presence: each cell and kind gets exactly what the slots give it, and is there if a slot says so.
    var account = KIND_ACCOUNT();
    signal feeTerm <== Term()(fees, feeAccount * 16 + account, gamma);
    var given = feeTerm;
    signal depositTerm[R];
    for (var i = 0; i < R; i++) {
        depositTerm[i] <== Term()(request[i].credit, requestIndex[i] * 16 + account, gamma);
        given += depositTerm[i];
    }
    signal settlementTerm[S][4];
    for (var i = 0; i < S; i++) {
        settlementTerm[i][0] <== Term()(settlement[i].providerCredit, settlementProvider[i] * 16 + account, gamma);
        settlementTerm[i][1] <== Term()(settlement[i].middlewareCredit, settlementOrder[i][4] * 16 + account, gamma);
        settlementTerm[i][2] <== Term()(settlement[i].seedCredit, settlementOrder[i][3] * 16 + KIND_SEED(), gamma);
        settlementTerm[i][3] <== Term()(settlement[i].requesterCredit, settlementOrder[i][0] * 16 + account, gamma);
        for (var j = 0; j < 4; j++) {
            given += settlementTerm[i][j];
        }
    }
    signal transferTerm[O];
    for (var i = 0; i < O; i++) {
        transferTerm[i] <== Term()(operation[i].transferCredit, operationReceiver[i] * 16 + account, gamma);
        given += transferTerm[i];
    }
    signal presenceTerm[N];
    for (var i = 0; i < N; i++) {
        presenceTerm[i] <== Term()(powers[0] * orderUsed[i], orderMiddleware[i] * 16 + account, gamma);
        given += presenceTerm[i];
    }
    signal cellTerm[K];
    var received = 0;
    for (var i = 0; i < K; i++) {
        cellTerm[i] <== Term()(cellCredit[i] + powers[0] * cellPresence[i], cell[i].key, gamma);
        received += cellTerm[i];
    }
    given === received;

    // 8. Lookups: a provider is an account with this static part, a seed has this static part and these terms.
    signal providerTerm[S];
    var looked = 0;
    for (var i = 0; i < S; i++) {
        providerTerm[i] <== Term()(
            settlementUsed[i], settlementProvider[i] * 16 + account + powers[0] * settlement[i].providerStatic, gamma
        );
        looked += providerTerm[i];
    }
    signal seedTerms[N];
    signal seedTerm[N];
    for (var i = 0; i < N; i++) {
        seedTerms[i] <== powers[1] * order[i].seedPayload;
        seedTerm[i] <== Term()(
            orderUsed[i], orderSeed[i] * 16 + KIND_SEED() + powers[0] * order[i].seedStatic + seedTerms[i], gamma
        );
        looked += seedTerm[i];
    }
    signal cellTerms[K];
    signal factTerm[K];
    var offered = 0;
    for (var i = 0; i < K; i++) {
        cellTerms[i] <== powers[1] * cell[i].factPayload;
        factTerm[i] <== Term()(cellFacts[i], cell[i].key + powers[0] * cellStatic[i] + cellTerms[i], gamma);
        offered += factTerm[i];
    }
    looked === offered;
}
