/** The parts of onnxruntime's API used here; its Node and web packages both are one. Type only. */
import type * as Ort from "onnxruntime-common";

/** onnxruntime, wherever it runs. */
export type OrtLibrary = Pick<typeof Ort, "InferenceSession" | "Tensor">;
