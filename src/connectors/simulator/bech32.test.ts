import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWitnessAddress, witnessAddress } from './bech32.ts';

// The examples of BIP 173.
const key = Buffer.from('751e76e8199196d454941c45d1b3a323f1433bd6', 'hex');
const script = Buffer.from('1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262', 'hex');

test('addresses are those of the standard’s examples', () => {
  assert.equal(witnessAddress('bc', key), 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4');
  assert.equal(witnessAddress('tb', key), 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx');
  assert.equal(witnessAddress('bc', script), 'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3');
  assert.equal(witnessAddress('tb', script), 'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7');
});

test('a good address is known, in capitals too; any changed letter is found', () => {
  const good = witnessAddress('tb', key);
  assert.ok(isWitnessAddress(good));
  assert.ok(isWitnessAddress('BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'));
  assert.ok(!isWitnessAddress(`T${good.slice(1)}`), 'mixed case');
  assert.ok(!isWitnessAddress(good.slice(0, -1)));
  for (let i = 4; i < good.length; i++) {
    const letter = good[i] === 'q' ? 'p' : 'q';
    assert.ok(!isWitnessAddress(good.slice(0, i) + letter + good.slice(i + 1)), `letter ${i}`);
  }
});
