/** Threefry-2x32 with 20 rounds: a function of WGSL for shaders that draw. */
export const threefry = `fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  var keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var turns = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = counter.x + key.x;
  var y = counter.y + key.y;
  for (var round = 0u; round < 20u; round++) {
    let turn = turns[round % 8u];
    x += y;
    y = ((y << turn) | (y >> (32u - turn))) ^ x;
    if (round % 4u == 3u) {
      let n = round / 4u + 1u;
      x += keys[n % 3u];
      y += keys[(n + 1u) % 3u] + n;
    }
  }
  return vec2u(x, y);
}
`;
