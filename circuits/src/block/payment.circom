// What a settled chunk pays, split as the order's terms say (docs/protocol.md §5).
//
// Proves:   paid = price * count, without the bonus; the shares of royalty, middleware, burn and pool are its floors in
//           basis points; bonus = floor(discount * count * savings share / 10000); the provider gets the rest.
// Assumes:  0 <= discount < 2^64; count has 16 bits; |price| < 2^64; shares and savings share have 14 bits, the shares add
//           up to at most 10,000. Then price * count lies in (-2^80, 2^80), and only one that is not negative has a quotient.
// Inputs:   price, count, discount: field elements; shares[4]: royalty, middleware, burn, pool; savingsShare.
// Outputs:  units; all zero when price and discount are. debit = paid + bonus.
// Size:     313.
pragma circom 2.2.0;

include "block/share.circom";
include "generated/schema.circom";

template Payment() {
    signal input price;
    signal input count;
    signal input discount;
    signal input shares[4];
    signal input savingsShare;

    signal output provider;
    signal output middleware;
    signal output seed;
    signal output burn;
    signal output pool;
    signal output debit;

    component total = Division();
    total.left <== price;
    total.right <== count;
    seed <== ShareOfDivision()(total.quotient, total.remainder, shares[0]);
    signal middlewareShare <== ShareOfDivision()(total.quotient, total.remainder, shares[1]);
    burn <== ShareOfDivision()(total.quotient, total.remainder, shares[2]);
    pool <== ShareOfDivision()(total.quotient, total.remainder, shares[3]);
    signal saving <== discount * count;
    signal bonus <== Share()(saving, savingsShare);
    var paid = total.quotient * BASIS_POINTS() + total.remainder;
    provider <== paid - seed - middlewareShare - burn - pool;
    middleware <== middlewareShare + bonus;
    debit <== paid + bonus;
}
