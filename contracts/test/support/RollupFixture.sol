// SPDX-License-Identifier: MIT
// A whole deployment with trapdoor keys, and a builder of blocks: words, their value y by the plain definition over the
// whole vector, and valid proofs for them.
pragma solidity ^0.8.28;

import {Schema} from "../../src/generated/Schema.sol";
import {Groth16Verifier} from "../../src/proof/Groth16Verifier.sol";
import {ProgramRegistry} from "../../src/proof/ProgramRegistry.sol";
import {StatementRegistry} from "../../src/proof/StatementRegistry.sol";
import {IL1Queue} from "../../src/rollup/IL1Queue.sol";
import {IRollup} from "../../src/rollup/IRollup.sol";
import {L1Queue} from "../../src/rollup/L1Queue.sol";
import {Rollup} from "../../src/rollup/Rollup.sol";
import {ISeedRegistry} from "../../src/seeds/ISeedRegistry.sol";
import {ISharesHasher} from "../../src/seeds/ISharesHasher.sol";
import {SeedRegistry} from "../../src/seeds/SeedRegistry.sol";
import {CTZ} from "../../src/token/CTZ.sol";
import {BabyJubJubVectors} from "../vectors/BabyJubJubVectors.sol";
import {Test} from "./Test.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @dev Stands for the Poseidon contract: what the registry needs of it is only that it binds its inputs.
contract KeccakSharesHasher is ISharesHasher {
    function hash(uint256 ownersRoot, uint256 parentShare, uint256 parentSharesRoot) external pure returns (uint256) {
        return uint256(keccak256(abi.encode(ownersRoot, parentShare, parentSharesRoot))) % Schema.FIELD_MODULUS;
    }
}

abstract contract RollupFixture is Test {
    /// @dev A request as it stands in the queue.
    struct Request {
        uint256 head0;
        uint256 head1;
        uint256 route;
        uint256 value;
    }

    /// @dev A statement with its program (number of a trapdoor key) and its C.
    struct Statement {
        uint256 keyNumber;
        uint256 programId;
        uint256 commitment;
        uint256 domain;
        address provider;
        uint256 salt;
    }

    /// @dev Everything that a block's words say.
    struct Block {
        uint256[3] roots;
        uint256 operationDomain;
        uint256 statementDomain;
        uint256 number;
        uint256 time;
        uint256 feeAccount;
        uint256 depth;
        uint256 burned;
        uint256 pool;
        uint256 firstRequest;
        Request[] requests;
        Statement[] statements;
        uint256[1][] orderHeads;
        uint256[2][] orderTails;
        uint256[3][] rotations;
        uint256[2][] distributions;
        uint64[] distributedSeeds;
        uint256[] withdrawals;
        uint256[] cells;
        uint256 commitment;
    }

    uint256 internal constant R = Schema.FIELD_MODULUS;
    uint256 internal constant UNIT = 1e9;
    uint256 internal constant GENESIS = 0x9e5e515;
    uint256 internal constant NOW = 1_800_000_000;
    /// @dev Trapdoor key numbers of the block circuit and of two programs.
    uint256 internal constant BLOCK_KEY = 0;
    uint256 internal constant PROGRAM_0 = 1;
    uint256 internal constant PROGRAM_1 = 2;
    uint256 internal constant ROYALTY_KEY = 3;
    uint8 internal constant DEPTH = 8;

    address internal constant OPERATOR = address(0x09e7a707);
    address internal constant POOL = address(0x9001);
    address internal constant EXITS = address(0xe417);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);

    CTZ internal ctz;
    Groth16Verifier internal verifier;
    ProgramRegistry internal programs;
    StatementRegistry internal statementRegistry;
    Rollup internal rollup;
    SeedRegistry internal seeds;

    /// @dev Terms of the queue at the next {deployAll}; free unless a test changes them.
    IL1Queue.QueueTerms internal queueTerms = IL1Queue.QueueTerms(7 days, 2 minutes, 0, 0);

    /// @dev Requests queued through the fixture, in order.
    Request[] internal queue;

    function deployAll(uint8 depth) internal {
        vm.warp(NOW);
        ctz = new CTZ(1_000_000 ether);
        verifier = new Groth16Verifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma());
        programs = new ProgramRegistry(verifier);
        statementRegistry = new StatementRegistry(programs);
        programs.register(Trapdoor.encode(Trapdoor.key(PROGRAM_0)), bytes32("r1cs"), bytes32("transcript"), true);
        programs.register(Trapdoor.encode(Trapdoor.key(PROGRAM_1)), bytes32("r1cs"), bytes32("transcript"), true);
        ISharesHasher hasher = new KeccakSharesHasher();
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        rollup = deployRollup(deploymentFor(predicted, depth), circuits());
        seeds = new SeedRegistry(rollup, hasher);
        address[2] memory users = [ALICE, BOB];
        for (uint256 i = 0; i < users.length; i++) {
            ctz.transfer(users[i], 1_000 ether);
            vm.prank(users[i]);
            ctz.approve(address(rollup), type(uint256).max);
        }
    }

    function deployRollup(IRollup.Deployment memory deployment, IRollup.BlockCircuit[] memory list)
        internal
        returns (Rollup)
    {
        return new Rollup(deployment, list, new L1Queue(deployment, list));
    }

    function deploymentFor(address seedRegistry, uint8 depth) internal view returns (IRollup.Deployment memory) {
        return IRollup.Deployment(
            address(ctz),
            address(programs),
            address(statementRegistry),
            seedRegistry,
            EXITS,
            OPERATOR,
            POOL,
            GENESIS,
            depth,
            Trapdoor.encode(Trapdoor.key(ROYALTY_KEY)),
            queueTerms
        );
    }

    function circuits() internal view returns (IRollup.BlockCircuit[] memory list) {
        list = new IRollup.BlockCircuit[](1);
        list[0] = IRollup.BlockCircuit(Trapdoor.encode(Trapdoor.key(BLOCK_KEY)), 6, 4, 2, 4, 10, 2, 2, 1);
    }

    function keyOf(uint256 i) internal pure returns (uint256 ax, uint256 ay) {
        uint256[2][4] memory keys = BabyJubJubVectors.keys();
        return (keys[i % 4][0], keys[i % 4][1]);
    }

    // Queueing through the contract, with the expected words kept aside.

    function registerAccount(address owner, uint256 units) internal returns (uint32 index) {
        (uint256 ax, uint256 ay) = keyOf(0);
        vm.prank(owner);
        index = rollup.register(ax, ay, units * UNIT);
        uint256 route = Schema.packRequestRoute(Schema.REQUEST_REGISTER, index, block.timestamp, uint160(owner));
        queue.push(Request(ax, ay, route, units));
    }

    function depositUnits(address from, uint32 index, uint256 units) internal {
        vm.prank(from);
        rollup.deposit(index, units * UNIT);
        uint256 route = Schema.packRequestRoute(Schema.REQUEST_DEPOSIT, index, block.timestamp, uint160(from));
        queue.push(Request(0, 0, route, units));
    }

    function registerSeed(address creator, uint64 parent) internal returns (uint64 seedId) {
        uint256 programId = programIdOf(PROGRAM_0);
        uint32 index;
        vm.prank(creator);
        (seedId, index) = seeds.register(
            bytes32("artefact"), "ipfs://weights", programId, 4711, parent, ISeedRegistry.Terms(200, 500, 500, 0)
        );
        uint256 route = Schema.packRequestRoute(
            Schema.REQUEST_REGISTER_SEED, index, block.timestamp, Schema.packSeedSubject(parent, seedId)
        );
        uint256 value = Schema.packRequestValue(0, Schema.packSeedPayload(200, 500, 500, 0, 1));
        queue.push(Request(4711, programId, route, value));
    }

    /// @dev Keeps aside the words of a request that the caller has just queued.
    function expectQueued(uint256 kind, uint256 index, uint256 subject, uint256 payload) internal {
        expectQueued(kind, index, subject, payload, 0, 0);
    }

    function expectQueued(uint256 kind, uint256 index, uint256 subject, uint256 payload, uint256 head0, uint256 head1)
        internal
    {
        uint256 route = Schema.packRequestRoute(kind, index, block.timestamp, subject);
        queue.push(Request(head0, head1, route, Schema.packRequestValue(0, payload)));
    }

    /// @dev Entry `i` of the queue as the contract takes it.
    function queued(uint256 i) internal view returns (IL1Queue.QueuedRequest memory) {
        Request memory r = queue[i];
        return IL1Queue.QueuedRequest(r.head0, r.head1, r.route, r.value);
    }

    /// @dev First index of the half of the tree that orders take.
    function firstOrderIndex() internal view returns (uint32) {
        return uint32(1 << (2 * uint256(rollup.depth()) - 1));
    }

    function programIdOf(uint256 keyNumber) internal view returns (uint256) {
        return uint256(keccak256(Trapdoor.encode(Trapdoor.key(keyNumber)))) >> 8;
    }

    // Blocks.

    /// @dev The next block after the contract's state, empty.
    function nextBlock() internal view returns (Block memory b) {
        IRollup.State memory state = rollup.state();
        b.roots = [state.root, uint256(keccak256(abi.encode("root", state.blockNumber))) % R, 77];
        b.operationDomain = rollup.operationDomain();
        b.statementDomain = rollup.statementDomain();
        b.number = state.blockNumber + 1;
        b.time = block.timestamp;
        b.feeAccount = 1;
        b.depth = rollup.depth();
        b.firstRequest = state.consumedRequests;
        b.commitment = uint256(keccak256(abi.encode("C", state.blockNumber))) % R;
    }

    /// @dev The block after `previous`, empty.
    function blockAfter(Block memory previous) internal view returns (Block memory b) {
        b = nextBlock();
        b.roots = [previous.roots[1], uint256(keccak256(abi.encode("root", previous.number))) % R, 78];
        b.number = previous.number + 1;
        b.time = previous.time;
        b.firstRequest = previous.firstRequest + previous.requests.length;
        b.commitment = uint256(keccak256(abi.encode("C", previous.number))) % R;
    }

    /// @dev Takes the next `count` requests of the queue.
    function takeRequests(Block memory b, uint256 count) internal view {
        b.requests = new Request[](count);
        for (uint256 i = 0; i < count; i++) {
            b.requests[i] = queue[b.firstRequest + i];
        }
    }

    function addStatements(Block memory b, uint256 count) internal view {
        b.statements = new Statement[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 key = i % 2 == 0 ? PROGRAM_0 : PROGRAM_1;
            uint256 commitment = uint256(keccak256(abi.encode("statement", b.number, i))) % R;
            b.statements[i] = Statement(key, programIdOf(key), commitment, b.statementDomain, BOB, i);
        }
    }

    function addOrdersAndCells(Block memory b, uint256 orders, uint256 cells) internal pure {
        b.orderHeads = new uint256[1][](orders);
        b.orderTails = new uint256[2][](orders);
        for (uint256 i = 0; i < orders; i++) {
            b.orderHeads[i][0] = uint256(keccak256(abi.encode("order head", i))) % R;
            for (uint256 j = 0; j < 2; j++) {
                b.orderTails[i][j] = uint256(keccak256(abi.encode("order tail", i, j))) >> 8;
            }
        }
        b.cells = new uint256[](cells);
        for (uint256 i = 0; i < cells; i++) {
            b.cells[i] = Schema.packCellWord(uint256(keccak256(abi.encode("cell", i))) >> 32, i);
        }
    }

    /// @dev Distributes `total` from each seed's vault; the payouts are any field element.
    function addDistributions(Block memory b, uint64[] memory seedIds, uint256 total) internal view {
        b.distributedSeeds = seedIds;
        b.distributions = new uint256[2][](seedIds.length);
        for (uint256 i = 0; i < seedIds.length; i++) {
            uint256 payouts = uint256(keccak256(abi.encode("payouts", b.number, i))) % R;
            b.distributions[i] = [payouts, Schema.packDistributionWord(total, seeds.seed(seedIds[i]).index)];
        }
    }

    /// @dev Statements of the block in the registry instead of with their proofs.
    function recordStatement(Statement memory s) internal {
        statementRegistry.record(s.programId, s.commitment, statementWords(s), proveStatement(s).proof);
    }

    function addWithdrawals(Block memory b, address[] memory recipients, uint256 units) internal pure {
        b.withdrawals = new uint256[](recipients.length);
        for (uint256 i = 0; i < recipients.length; i++) {
            b.withdrawals[i] = Schema.packWithdrawalWord(units + i, uint160(recipients[i]));
        }
    }

    /// @dev `BlockMeta`, its offsets written out; Schema.packBlockMeta has too many parameters for the stack here.
    function metaOf(Block memory b) internal pure returns (uint256 meta) {
        meta = b.number | (b.time << 40) | (b.feeAccount << 80) | (b.depth << 104);
        meta |= (b.requests.length << 112) | (b.statements.length << 128) | (b.orderHeads.length << 144);
        meta |= (b.withdrawals.length << 160) | (b.cells.length << 176);
        meta |= (b.rotations.length << 192) | (b.distributions.length << 208);
    }

    /// @dev Used words as they stand in calldata.
    function encodeWords(Block memory b) internal pure returns (bytes memory words) {
        words = abi.encodePacked(b.roots);
        words = bytes.concat(words, _tail(b.operationDomain), _tail(b.statementDomain), _tail(metaOf(b)));
        words = bytes.concat(words, _tail(Schema.packBlockTotals(b.burned, b.pool, b.firstRequest)));
        for (uint256 i = 0; i < b.requests.length; i++) {
            words = bytes.concat(words, abi.encodePacked(b.requests[i].head0, b.requests[i].head1));
        }
        for (uint256 i = 0; i < b.requests.length; i++) {
            words = bytes.concat(words, _tail(b.requests[i].route), _tail(b.requests[i].value));
        }
        for (uint256 i = 0; i < b.statements.length; i++) {
            words = bytes.concat(words, bytes32(b.statements[i].commitment));
        }
        for (uint256 i = 0; i < b.statements.length; i++) {
            words = bytes.concat(words, _tail(b.statements[i].programId));
        }
        for (uint256 i = 0; i < b.orderHeads.length; i++) {
            words = bytes.concat(words, abi.encodePacked(b.orderHeads[i]));
        }
        for (uint256 i = 0; i < b.orderTails.length; i++) {
            words = bytes.concat(words, _tail(b.orderTails[i][0]), _tail(b.orderTails[i][1]));
        }
        for (uint256 i = 0; i < b.rotations.length; i++) {
            words = bytes.concat(words, abi.encodePacked(b.rotations[i][0], b.rotations[i][1]));
        }
        for (uint256 i = 0; i < b.rotations.length; i++) {
            words = bytes.concat(words, _tail(b.rotations[i][2]));
        }
        for (uint256 i = 0; i < b.distributions.length; i++) {
            words = bytes.concat(words, bytes32(b.distributions[i][0]));
        }
        for (uint256 i = 0; i < b.distributions.length; i++) {
            words = bytes.concat(words, _tail(b.distributions[i][1]));
        }
        words = bytes.concat(words, _tails(b.withdrawals), _tails(b.cells));
    }

    /// @dev All words of the vector, unused ones zero: the definition, written out.
    function expand(Block memory b) internal pure returns (uint256[] memory vector) {
        vector = new uint256[](3 + 4 + 12 + 12 + 4 + 4 + 2 + 4 + 4 + 2 + 2 + 2 + 4 + 10);
        for (uint256 i = 0; i < 3; i++) {
            vector[i] = b.roots[i];
        }
        (vector[3], vector[4], vector[5]) = (b.operationDomain, b.statementDomain, metaOf(b));
        vector[6] = Schema.packBlockTotals(b.burned, b.pool, b.firstRequest);
        for (uint256 i = 0; i < b.requests.length; i++) {
            (vector[7 + 2 * i], vector[8 + 2 * i]) = (b.requests[i].head0, b.requests[i].head1);
            (vector[19 + 2 * i], vector[20 + 2 * i]) = (b.requests[i].route, b.requests[i].value);
        }
        for (uint256 i = 0; i < b.statements.length; i++) {
            (vector[31 + i], vector[35 + i]) = (b.statements[i].commitment, b.statements[i].programId);
        }
        for (uint256 i = 0; i < b.orderHeads.length; i++) {
            vector[39 + i] = b.orderHeads[i][0];
            for (uint256 j = 0; j < 2; j++) {
                vector[41 + 2 * i + j] = b.orderTails[i][j];
            }
        }
        for (uint256 i = 0; i < b.rotations.length; i++) {
            (vector[45 + 2 * i], vector[46 + 2 * i]) = (b.rotations[i][0], b.rotations[i][1]);
            vector[49 + i] = b.rotations[i][2];
        }
        for (uint256 i = 0; i < b.distributions.length; i++) {
            (vector[51 + i], vector[53 + i]) = (b.distributions[i][0], b.distributions[i][1]);
        }
        for (uint256 i = 0; i < b.withdrawals.length; i++) {
            vector[55 + i] = b.withdrawals[i];
        }
        for (uint256 i = 0; i < b.cells.length; i++) {
            vector[59 + i] = b.cells[i];
        }
    }

    function evaluate(uint256[] memory vector, uint256 z) internal pure returns (uint256 y) {
        for (uint256 i = vector.length; i > 0; i--) {
            y = addmod(mulmod(y, z, R), vector[i - 1], R);
        }
    }

    function challengeOf(uint256 programId, uint256 commitment, bytes memory words) internal view returns (uint256) {
        bytes32 domain = keccak256("Catalyze/1/z");
        bytes32 digest =
            keccak256(abi.encode(domain, block.chainid, address(programs), programId, commitment, keccak256(words)));
        return uint256(digest) % R;
    }

    /// @dev The block with valid proofs.
    function prove(Block memory b) internal view returns (IRollup.BlockSubmission memory submission) {
        submission.words = encodeWords(b);
        submission.commitment = b.commitment;
        uint256 z = challengeOf(programIdOf(BLOCK_KEY), b.commitment, submission.words);
        uint256 y = evaluate(expand(b), z);
        submission.proof = Trapdoor.prove(Trapdoor.key(BLOCK_KEY), [b.commitment, y, z], b.number);
        submission.statements = new IRollup.StatementSubmission[](b.statements.length);
        for (uint256 i = 0; i < b.statements.length; i++) {
            submission.statements[i] = proveStatement(b.statements[i]);
        }
        submission.distributions = new IRollup.DistributionSubmission[](b.distributions.length);
        for (uint256 i = 0; i < b.distributions.length; i++) {
            submission.distributions[i] = proveDistribution(b, i);
        }
    }

    /// @dev Words of the royalty-split circuit for distribution `i`.
    function distributionVector(Block memory b, uint256 i) internal view returns (uint256[] memory vector) {
        uint64 seedId = b.distributedSeeds[i];
        uint256 nonce = seeds.distributionNonce(seedId);
        for (uint256 j = 0; j < i; j++) {
            if (b.distributedSeeds[j] == seedId) nonce++;
        }
        vector = new uint256[](5);
        (vector[0], vector[1]) = (seeds.shares(seedId).sharesRoot, b.distributions[i][0]);
        bytes32 domain = keccak256("Catalyze/1/royalty-domain");
        vector[2] = uint256(keccak256(abi.encode(domain, block.chainid, address(rollup)))) >> 8;
        (vector[3], vector[4]) = (seedId | (nonce << 64), b.distributions[i][1] & ((1 << 80) - 1));
    }

    function proveDistribution(Block memory b, uint256 i)
        internal
        view
        returns (IRollup.DistributionSubmission memory)
    {
        return proveDistribution(b.distributedSeeds[i], distributionVector(b, i));
    }

    function proveDistribution(uint64 seedId, uint256[] memory v)
        internal
        view
        returns (IRollup.DistributionSubmission memory result)
    {
        bytes memory words = bytes.concat(abi.encodePacked(v[0], v[1]), _tail(v[2]), _tail(v[3]), _tail(v[4]));
        uint256 commitment = uint256(keccak256(words)) % R;
        uint256 z = challengeOf(programIdOf(ROYALTY_KEY), commitment, words);
        uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(ROYALTY_KEY), [commitment, evaluate(v, z), z], commitment);
        return IRollup.DistributionSubmission(seedId, commitment, proof);
    }

    function statementVector(Statement memory s) internal pure returns (uint256[] memory vector) {
        vector = new uint256[](6);
        (vector[0], vector[1], vector[2]) = (4711, 100 + s.salt, 200 + s.salt);
        (vector[3], vector[4], vector[5]) = (s.domain, Schema.packStatementRange(16, 32, uint160(s.provider)), 55);
    }

    function statementWords(Statement memory s) internal pure returns (bytes memory) {
        uint256[] memory v = statementVector(s);
        return bytes.concat(abi.encodePacked(v[0], v[1], v[2]), _tail(v[3]), _tail(v[4]), _tail(v[5]));
    }

    function proveStatement(Statement memory s) internal view returns (IRollup.StatementSubmission memory result) {
        result.words = statementWords(s);
        uint256 z = challengeOf(s.programId, s.commitment, result.words);
        uint256 y = evaluate(statementVector(s), z);
        result.proof = Trapdoor.prove(Trapdoor.key(s.keyNumber), [s.commitment, y, z], s.salt);
    }

    function one(IRollup.BlockSubmission memory submission)
        internal
        pure
        returns (IRollup.BlockSubmission[] memory list)
    {
        list = new IRollup.BlockSubmission[](1);
        list[0] = submission;
    }

    /// @dev Submits as the operator at top level.
    function submit(IRollup.BlockSubmission[] memory list) internal {
        vm.prank(OPERATOR, OPERATOR);
        rollup.submitBlocks(list);
    }

    function submit(Block memory b) internal {
        submit(one(prove(b)));
    }

    /// @dev Expects the submission to revert with `data`.
    function submitReverts(IRollup.BlockSubmission[] memory list, bytes memory data) internal {
        vm.prank(OPERATOR, OPERATOR);
        vm.expectRevert(data);
        rollup.submitBlocks(list);
    }

    function _tail(uint256 word) private pure returns (bytes31) {
        return bytes31(uint248(word));
    }

    function _tails(uint256[] memory list) private pure returns (bytes memory bytes_) {
        for (uint256 i = 0; i < list.length; i++) {
            bytes_ = bytes.concat(bytes_, _tail(list[i]));
        }
    }
}
