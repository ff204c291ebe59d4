// SPDX-License-Identifier: MIT
// The L1 queue: accounts, deposits and seeds enter here. Owns indices, the owners of accounts, and the rolling hash of
// the queue. What is checked here cannot fail on L2, where no request can be skipped.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BabyJubJub} from "../curve/BabyJubJub.sol";
import {Schema} from "../generated/Schema.sol";
import {IRollup} from "./IRollup.sol";

/// @title Base of {IRollup}: the L1 queue.
abstract contract L1Queue is IRollup, EIP712, Nonces, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Wei of one unit.
    uint256 internal constant UNIT = 1e9;
    bytes32 private constant PERMISSION_TYPE =
        keccak256("RegisterPermission(address owner,uint256 ax,uint256 ay,uint256 nonce,uint256 deadline)");

    address internal immutable _token;
    address internal immutable _seedRegistry;
    uint8 internal immutable _depth;

    uint64 private _requestCount;
    /// @dev Index 0 is never given: 0 means "no account", and it is the receiver of operations that have none.
    uint32 private _nextIndex = 1;
    mapping(uint64 count => bytes32) private _queueHashes;
    mapping(address owner => uint32) private _accountIndices;
    mapping(uint32 index => address) private _accountOwners;
    Accounting internal _accounting;

    constructor(address token_, address seedRegistry_, uint8 depth_) EIP712("Catalyze Rollup", "1") {
        if (token_ == address(0) || seedRegistry_ == address(0)) revert ZeroAddress();
        if (depth_ == 0 || 2 * uint256(depth_) > Schema.INDEX_BITS) revert DepthOutOfRange(depth_);
        _token = token_;
        _seedRegistry = seedRegistry_;
        _depth = depth_;
    }

    /// @inheritdoc IRollup
    function register(uint256 ax, uint256 ay, uint256 amount) external nonReentrant returns (uint32 index) {
        return _register(msg.sender, ax, ay, amount);
    }

    /// @inheritdoc IRollup
    function registerFor(
        address owner,
        uint256 ax,
        uint256 ay,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (uint32 index) {
        if (block.timestamp > deadline) revert PermissionExpired(deadline);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(PERMISSION_TYPE, owner, ax, ay, _useNonce(owner), deadline)));
        if (!SignatureChecker.isValidSignatureNow(owner, digest, signature)) revert InvalidPermission(owner);
        return _register(owner, ax, ay, amount);
    }

    /// @inheritdoc IRollup
    function deposit(uint32 index, uint256 amount) external nonReentrant {
        if (_accountOwners[index] == address(0)) revert UnknownAccount(index);
        if (amount == 0) revert ZeroAmount();
        uint256 units = _takeIn(amount);
        _enqueue(Schema.REQUEST_DEPOSIT, index, uint160(msg.sender), 0, 0, units, 0);
    }

    /// @inheritdoc IRollup
    function enqueueSeed(uint256 parametersCommitment, uint256 programId, uint256 subject, uint256 payload)
        external
        nonReentrant
        returns (uint32 index)
    {
        if (msg.sender != _seedRegistry) revert NotSeedRegistry(msg.sender);
        index = _takeIndex();
        _enqueue(Schema.REQUEST_REGISTER_SEED, index, subject, parametersCommitment, programId, 0, payload);
    }

    /// @inheritdoc IRollup
    function requestCount() public view returns (uint64) {
        return _requestCount;
    }

    /// @inheritdoc IRollup
    function queueHash(uint64 count) public view returns (bytes32) {
        return _queueHashes[count];
    }

    /// @inheritdoc IRollup
    function nextIndex() external view returns (uint32) {
        return _nextIndex;
    }

    /// @inheritdoc IRollup
    function accountIndex(address owner) external view returns (uint32) {
        return _accountIndices[owner];
    }

    /// @inheritdoc IRollup
    function accountOwner(uint32 index) external view returns (address) {
        return _accountOwners[index];
    }

    /// @inheritdoc IRollup
    function accounting() external view returns (Accounting memory) {
        return _accounting;
    }

    /// @inheritdoc IRollup
    function liabilities() public view returns (uint256) {
        Accounting memory totals = _accounting;
        return uint256(totals.deposited) - totals.burned - totals.poolPaid - totals.claimed;
    }

    /// @inheritdoc IRollup
    function token() external view returns (address) {
        return _token;
    }

    /// @inheritdoc IRollup
    function seedRegistry() external view returns (address) {
        return _seedRegistry;
    }

    /// @inheritdoc IRollup
    function depth() external view returns (uint8) {
        return _depth;
    }

    function _register(address owner, uint256 ax, uint256 ay, uint256 amount) private returns (uint32 index) {
        if (_accountIndices[owner] != 0) revert AccountExists(owner, _accountIndices[owner]);
        if (!BabyJubJub.isOnCurve(ax, ay)) revert KeyNotOnCurve(ax, ay);
        if (BabyJubJub.isOfSmallOrder(ax, ay)) revert KeyOfSmallOrder(ax, ay);
        index = _takeIndex();
        _accountIndices[owner] = index;
        _accountOwners[index] = owner;
        uint256 units = _takeIn(amount);
        emit AccountRegistered(owner, index, ax, ay);
        _enqueue(Schema.REQUEST_REGISTER, index, uint160(owner), ax, ay, units, 0);
    }

    /// @dev Moves `amount` wei in and returns its units. CTZ is our own token: it moves exactly what it says.
    function _takeIn(uint256 amount) private returns (uint256 units) {
        if (amount % UNIT != 0) revert AmountNotWholeUnits(amount);
        units = amount / UNIT;
        if (units == 0) return 0;
        _accounting.deposited += uint128(units);
        IERC20(_token).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _takeIndex() private returns (uint32 index) {
        index = _nextIndex;
        uint256 capacity = 1 << (2 * uint256(_depth) - 1);
        if (index >= capacity) revert TreeFull(capacity);
        _nextIndex = index + 1;
    }

    function _enqueue(
        uint256 kind,
        uint32 index,
        uint256 subject,
        uint256 head0,
        uint256 head1,
        uint256 units,
        uint256 payload
    ) private {
        uint256 route = Schema.packRequestRoute(kind, index, block.timestamp, subject);
        uint256 value = Schema.packRequestValue(units, payload);
        uint64 position = _requestCount;
        _queueHashes[position + 1] = keccak256(abi.encode(_queueHashes[position], head0, head1, route, value));
        _requestCount = position + 1;
        emit RequestEnqueued(position, uint8(kind), index, head0, head1, route, value);
    }
}
