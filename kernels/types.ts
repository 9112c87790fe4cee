/** The numeric arrays that the reference kernels compute on. */
export type FloatArray = Float32Array | Float64Array;
