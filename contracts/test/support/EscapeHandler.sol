// SPDX-License-Identifier: MIT
// Acts on a rollup with its exits contract as users, providers, recipients and a hostile operator do, and knows what every
// cell of the state holds, as the circuits guarantee it: honest provers prove that and nothing else. Half of all owners are contracts
// that revert whenever they are called.
pragma solidity ^0.8.28;

import {Schema} from "../../src/generated/Schema.sol";
import {IExits} from "../../src/rollup/IExits.sol";
import {IL1Queue} from "../../src/rollup/IL1Queue.sol";
import {IRollup} from "../../src/rollup/IRollup.sol";
import {Withdrawals} from "../../src/rollup/Withdrawals.sol";
import {ISeedRegistry} from "../../src/seeds/ISeedRegistry.sol";
import {ExitFixture} from "./ExitFixture.sol";
import {MerkleProver} from "./MerkleProver.sol";

/// @dev Reverts on every call.
contract Refusing {
    fallback() external payable {
        revert();
    }
}

contract EscapeHandler is ExitFixture {
    /// @dev A cell of the tree. An order's amount is its escrow. Recipients of seeds are splitters. An order that a block has closed
    /// has no cell any more; what has left after the freeze is still there, and must not leave again.
    struct Cell {
        uint256 kind;
        uint256 index;
        address owner;
        uint64 seedId;
        uint256 amount;
        bool closed;
        bool left;
    }

    /// @dev Chunks of an order: settled by a block, recorded on L1, paid after the freeze.
    struct Chunks {
        uint256 settled;
        uint256 recorded;
        uint256 paid;
        uint256 seed;
        uint256 middleware;
        Statement[4] statements;
    }

    struct Pending {
        uint64 blockNumber;
        uint256 index;
        address recipient;
        uint256 amount;
        bytes32[] proof;
        bool claimed;
    }

    uint256 private constant CHUNKS = 4;
    uint256 private constant PROVIDER = 800;
    uint256 private constant MIDDLEWARE = 100;
    uint256 private constant ROYALTY = 40;
    uint256 private constant BURN = 35;
    uint256 private constant SHARE_OF_POOL = 25;
    uint256 private constant PAID = 1_000;
    /// @dev Stays in the escrow of a statement that is paid after the freeze.
    uint256 private constant FEE = 50;

    Cell[] private cells;
    mapping(uint256 index => uint256 position) private positions;
    mapping(uint256 position => Chunks) private chunksOf;
    uint256[] private accounts;
    uint256[] private seedCells;
    uint256[] private orders;
    Pending[] private pendings;
    mapping(uint256 request => bool) private reclaimed;
    address[] public owners;
    mapping(address owner => uint256 units) public received;

    /// @dev Units that somebody can still take out, or that a request still brings in.
    uint256 public owed;
    uint256 public burned;
    uint256 public poolOwed;
    uint256 public consumed;
    uint256 public blockCount;
    uint256 public root = GENESIS;
    uint256 private oldRoot;

    constructor() {
        queueTerms = IL1Queue.QueueTerms(1 days, 2 minutes, 0, 0);
        deployAll(DEPTH);
        deployExits();
        cells.push(); // position 0 means none
        for (uint256 i = 0; i < 3; i++) {
            register(8_000 + i);
        }
        registerASeed(0);
        submitBlock(0);
        submitBlock(0);
        post(0);
    }

    function rollupAddress() external view returns (IRollup) {
        return rollup;
    }

    function exitsAddress() external view returns (IExits) {
        return exits;
    }

    function held() external view returns (uint256) {
        return ctz.balanceOf(address(rollup));
    }

    function supply() external view returns (uint256) {
        return ctz.totalSupply();
    }

    function balanceOf(address owner) external view returns (uint256) {
        return ctz.balanceOf(owner);
    }

    function ownerCount() external view returns (uint256) {
        return owners.length;
    }

    function queueLength() external view returns (uint256) {
        return queue.length;
    }

    function _isLive() private view returns (bool) {
        (uint256 load, uint256 limit,, uint256 orderWeight) = rollup.queueLoad();
        return rollup.frozenAt() == 0 && load + orderWeight <= limit;
    }

    function _isOpen() private view returns (bool) {
        return _isLive() && rollup.shutdownAt() == 0;
    }

    // Users, through the queue.

    function register(uint256 units) public {
        if (!_isOpen() || owners.length == 12) return;
        address owner = address(uint160(0x3000 + owners.length));
        if (owners.length % 2 == 1) vm.etch(owner, type(Refusing).runtimeCode);
        units = bound(units, 0, 10_000);
        _fund(owner, units);
        (uint256 ax, uint256 ay) = keyOf(0);
        queueBy(address(rollup), abi.encodeCall(IL1Queue.register, (ax, ay, units * UNIT)), 0, owner);
        owners.push(owner);
        owed += units;
    }

    function deposit(uint256 who, uint256 units) external {
        if (!_isOpen()) return;
        address owner = owners[who % owners.length];
        units = bound(units, 1, 10_000);
        _fund(owner, units);
        bytes memory call = abi.encodeCall(IL1Queue.deposit, (rollup.accountIndex(owner), units * UNIT));
        queueBy(address(rollup), call, 0, owner);
        owed += units;
    }

    function _fund(address owner, uint256 units) private {
        ctz.transfer(owner, units * UNIT);
        vm.prank(owner);
        ctz.approve(address(rollup), type(uint256).max);
    }

    function registerASeed(uint256 who) public {
        if (!_isOpen() || seedCells.length == 4) return;
        ISeedRegistry.Terms memory terms = ISeedRegistry.Terms(0, 0, 0, 0);
        bytes memory call = abi.encodeCall(ISeedRegistry.register, (0, "", programIdOf(PROGRAM_0), 1, 0, terms));
        queueBy(address(seeds), call, 0, owners[who % owners.length]);
    }

    /// @dev A forced request of any kind, by whoever may make it.
    function force(uint256 which, uint256 kind) external {
        if (!_isLive()) return;
        kind %= 4;
        if (kind == 0) {
            queueBy(address(rollup), abi.encodeCall(IL1Queue.exitAccount, ()), 0, owners[which % owners.length]);
        } else if (kind == 1) {
            Cell storage seed = cells[seedCells[which % seedCells.length]];
            queueBy(address(seeds), abi.encodeCall(ISeedRegistry.exitSeed, (seed.seedId)), 0, seed.owner);
        } else if (orders.length != 0) {
            uint256 position = orders[which % orders.length];
            uint32 index = uint32(cells[position].index);
            uint256 chunk = (which >> 128) % CHUNKS;
            if (kind == 2) {
                queueBy(address(rollup), abi.encodeCall(IL1Queue.exitOrder, (index)), 0, cells[position].owner);
            } else if ((chunksOf[position].recorded >> chunk) & 1 == 1) {
                Statement memory s = chunksOf[position].statements[chunk];
                uint32 provider = rollup.accountIndex(s.provider);
                bytes memory call =
                    abi.encodeCall(IL1Queue.forcedSettle, (s.programId, s.commitment, index, provider, chunk));
                queueBy(address(rollup), call, 0, address(this));
            }
        }
    }

    // Providers.

    /// @dev Records a statement about a chunk of an order, before or after a freeze.
    function record(uint256 which, uint256 who) external {
        if (orders.length == 0) return;
        uint256 position = orders[which % orders.length];
        uint256 chunk = (which >> 128) % CHUNKS;
        Chunks storage chunks = chunksOf[position];
        if ((chunks.recorded >> chunk) & 1 == 1) return;
        Cell storage provider = cells[accounts[who % accounts.length]];
        uint256 commitment = uint256(keccak256(abi.encode(position, chunk))) % R;
        Statement memory s =
            Statement(PROGRAM_0, programIdOf(PROGRAM_0), commitment, programs.statementDomain(), provider.owner, chunk);
        recordStatement(s);
        chunks.statements[chunk] = s;
        chunks.recorded |= 1 << chunk;
    }

    // The operator. What its blocks do is what the circuit allows.

    /// @dev A block that consumes up to four requests.
    function submitBlock(uint256 seed) public {
        if (rollup.frozenAt() != 0 || rollup.shutdownAt() != 0 && block.timestamp >= rollup.shutdownAt()) return;
        Block memory b = nextBlock();
        uint256 waiting = queue.length - consumed;
        uint256 count = waiting > 4 ? 4 : waiting;
        takeRequests(b, count);
        uint256[] memory words = new uint256[](count);
        uint256 used;
        uint256 forced;
        for (uint256 i = 0; i < count; i++) {
            (uint256 word, uint256 burn) = _apply(b.requests[i]);
            if (word != 0) words[used++] = word;
            forced += burn;
        }
        assembly ("memory-safe") {
            mstore(words, used)
        }
        b.withdrawals = words;
        uint256 spent = accounts.length == 0 ? 0 : _spend(cells[accounts[seed % accounts.length]], seed >> 128);
        b.burned = forced * BURN + spent / 2;
        b.pool = forced * SHARE_OF_POOL + spent - spent / 2;
        _accept(b);
    }

    function _accept(Block memory b) private {
        submit(b);
        (oldRoot, root) = (root, b.roots[1]);
        blockCount++;
        consumed += b.requests.length;
        burned += b.burned;
        owed -= b.burned;
        poolOwed += b.pool;
        bytes32[] memory leaves = new bytes32[](b.withdrawals.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            address recipient = address(uint160(Schema.withdrawalWord_recipient(b.withdrawals[i])));
            uint256 amount = Schema.withdrawalWord_amount(b.withdrawals[i]);
            leaves[i] = Withdrawals.leaf(address(rollup), b.number, i, recipient, amount);
            pendings.push(Pending(uint64(b.number), i, recipient, amount, new bytes32[](0), false));
        }
        for (uint256 i = 0; i < leaves.length; i++) {
            pendings[pendings.length - leaves.length + i].proof = MerkleProver.proof(leaves, i);
        }
    }

    /// @dev Burns and pool shares of other settlements, out of an account.
    function _spend(Cell storage account, uint256 seed) private returns (uint256 spent) {
        spent = seed % (account.amount / 8 + 1);
        account.amount -= spent;
    }

    /// @dev What a request does. Returns the withdrawal word, if it has one, and 1 if it settled a chunk.
    function _apply(Request memory r) private returns (uint256 word, uint256 settled) {
        uint256 kind = Schema.requestRoute_kind(r.route);
        uint256 index = Schema.requestRoute_index(r.route);
        uint256 subject = Schema.requestRoute_subject(r.route);
        uint256 units = Schema.requestValue_amount(r.value);
        Cell storage cell = cells[positions[index]];
        if (kind == Schema.REQUEST_REGISTER) {
            accounts.push(_create(Schema.KIND_ACCOUNT, index, address(uint160(subject)), 0, units));
        } else if (kind == Schema.REQUEST_REGISTER_SEED) {
            uint64 seedId = uint64(Schema.seedSubject_seedId(subject));
            seedCells.push(_create(Schema.KIND_SEED, index, seeds.splitter(seedId), seedId, 0));
        } else if (kind == Schema.REQUEST_DEPOSIT) {
            cell.amount += units;
        } else if (kind == Schema.REQUEST_FORCED_SETTLE) {
            settled = _settle(positions[index], Schema.requestValue_payload(r.value));
        } else if (positions[index] != 0 && !cell.closed) {
            // Amounts of 0 are withdrawn too; the contract sees no difference.
            word = Schema.packWithdrawalWord(cell.amount, subject);
            cell.amount = 0;
            cell.closed = kind == Schema.REQUEST_EXIT_ORDER;
        }
    }

    function _create(uint256 kind, uint256 index, address owner, uint64 seedId, uint256 amount)
        private
        returns (uint256 position)
    {
        position = cells.length;
        positions[index] = position;
        cells.push(Cell(kind, index, owner, seedId, amount, false, false));
    }

    function _settle(uint256 position, uint256 payload) private returns (uint256) {
        uint256 chunk = Schema.forcedSettlePayload_chunk(payload);
        Chunks storage chunks = chunksOf[position];
        if (cells[position].closed || (chunks.settled >> chunk) & 1 == 1) return 0;
        chunks.settled |= 1 << chunk;
        cells[position].amount -= PAID + FEE;
        cells[positions[Schema.forcedSettlePayload_provider(payload)]].amount += PROVIDER + FEE;
        cells[chunks.middleware].amount += MIDDLEWARE;
        cells[chunks.seed].amount += ROYALTY;
        return 1;
    }

    /// @dev A block in which an account posts an order.
    function post(uint256 who) public {
        if (rollup.frozenAt() != 0 || rollup.shutdownAt() != 0 || accounts.length == 0 || orders.length == 6) return;
        Cell storage requester = cells[accounts[who % accounts.length]];
        uint256 escrow = CHUNKS * (PAID + FEE);
        if (requester.amount < escrow || seedCells.length == 0) return;
        requester.amount -= escrow;
        uint256 index = firstOrderIndex() + orders.length;
        uint256 position = _create(Schema.KIND_ORDER, index, requester.owner, 0, escrow);
        orders.push(position);
        chunksOf[position].seed = seedCells[who % seedCells.length];
        chunksOf[position].middleware = accounts[(who >> 8) % accounts.length];
        _accept(nextBlock());
    }

    /// @dev A hostile operator's block: it skips a request, invents one, goes back to an older root, takes more than is there, or
    /// has no valid proof. None is accepted.
    function hostileBlock(uint256 how, uint256 seed) external {
        Block memory b = nextBlock();
        how %= 5;
        if (how == 0) b.firstRequest += 1;
        if (how == 1) {
            b.requests = new Request[](1);
            b.requests[0] = Request(1, 2, Schema.packRequestRoute(Schema.REQUEST_DEPOSIT, 1, block.timestamp, 3), seed);
        }
        if (how == 2) b.roots[0] = oldRoot;
        if (how == 3) b.burned = rollup.liabilities() + 1;
        IRollup.BlockSubmission[] memory list = one(prove(b));
        if (how == 4) list[0].words[(seed % 3) * 32 + 31] ^= 0x01;
        vm.prank(OPERATOR, OPERATOR);
        (bool success,) = address(rollup).call(abi.encodeCall(IRollup.submitBlocks, (list)));
        assertFalse(success, "a hostile block is refused");
    }

    /// @dev The operator stops. Time passes, rarely more than the deadline.
    function stall(uint256 time) external {
        if (time % 4 != 0) time %= 6 hours;
        vm.warp(block.timestamp + time % 4 days);
    }

    function freeze() public {
        bool overdue =
            consumed < queue.length && block.timestamp > Schema.requestRoute_time(queue[consumed].route) + 1 days;
        bool expected = overdue && rollup.frozenAt() == 0;
        IL1Queue.QueuedRequest memory oldest;
        if (consumed < queue.length) oldest = queued(consumed);
        (bool frozen,) = address(rollup).call(abi.encodeCall(IL1Queue.freeze, (oldest)));
        assertTrue(frozen == expected, "freezes exactly when overdue");
    }

    function shutDown(uint256 draw) external {
        if (draw % 8 == 0 && rollup.frozenAt() == 0 && rollup.shutdownAt() == 0) {
            vm.prank(OPERATOR);
            rollup.announceShutdown();
        }
        uint256 at = rollup.shutdownAt();
        bool expected = at != 0 && block.timestamp >= at && rollup.frozenAt() == 0;
        (bool frozen,) = address(rollup).call(abi.encodeCall(IL1Queue.completeShutdown, ()));
        assertTrue(frozen == expected, "ends exactly when due");
    }

    // Leaving.

    /// @dev The owner, or anyone for it, exits a cell: once, after the freeze, an order seven days later.
    function exit(uint256 which) public {
        which = 1 + which % (cells.length - 1);
        Cell storage cell = cells[which];
        uint256 frozenAt = rollup.frozenAt();
        bool due = cell.kind != Schema.KIND_ORDER || block.timestamp >= frozenAt + 7 days;
        if (cell.closed) return;
        uint256 word = Schema.packExitCell(cell.amount, cell.index, cell.kind);
        uint256 recipient = cell.kind == Schema.KIND_SEED ? cell.seedId : uint160(cell.owner);
        (bool success,) = address(exits).call(exitCellCall(root, exits.exitDomain(), word, recipient));
        assertTrue(success == (frozenAt != 0 && due && !cell.left), "exits exactly when due");
        if (!success) return;
        cell.left = true;
        _receive(cell.owner, cell.amount - _countPaid(which) * PAID);
    }

    function _countPaid(uint256 position) private view returns (uint256 count) {
        for (uint256 paid = chunksOf[position].paid; paid != 0; paid >>= 1) {
            count += paid & 1;
        }
    }

    function _receive(address owner, uint256 units) private {
        received[owner] += units;
        owed -= units;
    }

    /// @dev Anyone has a recorded statement paid: once, before its order leaves.
    function pay(uint256 which) public {
        if (orders.length == 0) return;
        uint256 position = orders[which % orders.length];
        uint256 chunk = (which >> 128) % CHUNKS;
        Cell storage order = cells[position];
        Chunks storage chunks = chunksOf[position];
        // Of a settled chunk or a closed order nobody has a proof.
        if ((chunks.settled >> chunk) & 1 == 1 || order.closed) return;
        bool recorded = (chunks.recorded >> chunk) & 1 == 1;
        bool expected = rollup.frozenAt() != 0 && recorded && !order.left && (chunks.paid >> chunk) & 1 == 0;
        Payment memory p = _paymentOf(position, chunk);
        (bool success,) = address(exits).call(payStatementCall(p));
        assertTrue(success == expected, "paid exactly when due");
        if (!success) return;
        chunks.paid |= 1 << chunk;
        _receive(p.statement.provider, PROVIDER);
        _receive(p.middlewareOwner, MIDDLEWARE);
        _receive(cells[chunks.seed].owner, ROYALTY);
        _receive(POOL, SHARE_OF_POOL);
        burned += BURN;
        owed -= BURN;
    }

    function _paymentOf(uint256 position, uint256 chunk) private view returns (Payment memory p) {
        Chunks storage chunks = chunksOf[position];
        p.statement = chunks.statements[chunk];
        if (p.statement.programId == 0) p.statement = Statement(PROGRAM_0, programIdOf(PROGRAM_0), 1, 2, ALICE, 0);
        (p.root, p.domain) = (root, exits.exitDomain());
        (p.index, p.escrow, p.chunk) = (cells[position].index, cells[position].amount, chunk);
        p.seedId = cells[chunks.seed].seedId;
        (p.royalty, p.burned, p.pool) = (ROYALTY, BURN, SHARE_OF_POOL);
        (p.provider, p.middleware) = (PROVIDER, MIDDLEWARE);
        p.middlewareOwner = cells[chunks.middleware].owner;
    }

    /// @dev Somebody tries to leave with more: under an older root, for another rollup, with the other circuit's key, or with words
    /// changed after the proof.
    function forge(uint256 which, uint256 how) external {
        Cell storage cell = cells[1 + which % (cells.length - 1)];
        uint256 word = Schema.packExitCell(cell.amount + 1_000, cell.index, cell.kind);
        uint256 domain = exits.exitDomain();
        how %= 4;
        (uint256[] memory vector, bytes memory words) =
            cellWords(how == 0 ? oldRoot : root, how == 1 ? domain ^ 1 : domain, word, uint160(ALICE));
        (uint256 commitment, uint256[8] memory proof) = exitProof(how == 2 ? SETTLEMENT_KEY : CELL_KEY, vector, words);
        if (how == 3) words[32 + 31 + (which >> 128) % 62] ^= 0x10;
        (bool success,) = address(exits).call(abi.encodeCall(IExits.exitCell, (words, commitment, proof)));
        assertFalse(success, "a forged exit is refused");
    }

    /// @dev Anyone reclaims a deposit: once, after the freeze, if no block consumed it.
    function reclaim(uint256 which) public {
        which %= queue.length;
        uint256 units = Schema.requestValue_amount(queue[which].value);
        bool expected = rollup.frozenAt() != 0 && which >= consumed && units != 0 && !reclaimed[which];
        bytes memory call = abi.encodeCall(IL1Queue.reclaimDeposit, (uint64(which), queued(which)));
        (bool success,) = address(rollup).call(call);
        assertTrue(success == expected, "reclaims exactly what is due");
        if (!success) return;
        reclaimed[which] = true;
        _receive(address(uint160(Schema.requestRoute_subject(queue[which].route))), units);
    }

    /// @dev Anyone claims a withdrawal for its recipient, before or after a freeze.
    function claim(uint256 which) public {
        if (pendings.length == 0) return;
        Pending storage p = pendings[which % pendings.length];
        bytes memory call =
            abi.encodeCall(IRollup.claimWithdrawal, (p.blockNumber, p.index, p.recipient, p.amount, p.proof));
        (bool success,) = address(rollup).call(call);
        assertTrue(success == !p.claimed, "claimed once");
        if (!success) return;
        p.claimed = true;
        _receive(p.recipient, p.amount);
    }

    function payPool() public {
        uint256 amount = rollup.payPool();
        assertEq(amount, poolOwed, "the pool's share");
        poolOwed = 0;
        _receive(POOL, amount);
    }

    /// @dev The end of every run: whatever happened, the rollup freezes, and everybody leaves in the order of `seed`. Then all of
    /// them try again.
    function leaveAll(uint256 seed) external {
        if (rollup.frozenAt() == 0 && consumed == queue.length) {
            if (rollup.shutdownAt() == 0) {
                vm.prank(OPERATOR);
                rollup.announceShutdown();
            }
            if (block.timestamp < rollup.shutdownAt()) vm.warp(rollup.shutdownAt());
            rollup.completeShutdown();
        } else if (rollup.frozenAt() == 0) {
            vm.warp(block.timestamp + 1 days + 1);
            freeze();
        }
        for (uint256 round = 0; round < 2; round++) {
            for (uint256 i = 0; i < orders.length * CHUNKS; i++) {
                pay((i / CHUNKS) | ((i % CHUNKS) << 128));
            }
            if (round == 0) _exitAll(seed);
            vm.warp(block.timestamp + 7 days);
            _exitAll(seed);
            for (uint256 i = 0; i < queue.length; i++) {
                reclaim(i);
            }
            for (uint256 i = 0; i < pendings.length; i++) {
                claim(addmod(i, seed, pendings.length));
            }
            payPool();
        }
    }

    function _exitAll(uint256 seed) private {
        for (uint256 i = 0; i < cells.length - 1; i++) {
            exit(addmod(i, seed, cells.length - 1));
        }
    }
}
