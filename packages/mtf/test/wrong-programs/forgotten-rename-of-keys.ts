import { einsum, softmax } from "mtf";
import { stream, weights } from "./program.ts";

const query = einsum(stream, weights, "batch", "length", "heads");
const key = einsum(stream, weights, "batch", "length", "heads");
softmax(einsum(query, key, "batch", "length"), "memory");
