// The DOM of TypeScript 5.9 knows no WebGPU, and TensorFlow.js brings types of before adapters had `info`.
interface GPUAdapter {
  readonly info: GPUAdapterInfo;
}
