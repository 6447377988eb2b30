// A network of the project's own, in every notation that is found in the wild.
Constant PEs 64;
Network small_net {
  FPS: 30
  Layer stem {
    Type: CONV
    Stride { X: 2, Y: 2 }
    Dimensions { K: 16, C: 3, R: 3, S: 3, Y: 33, X: 33 }
    Dataflow { SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; Cluster(8, P); SpatialMap(1,1) C; }
  }
  Layer dw {
	Type: DSCONV
	Stride {X:1,Y:1}
	Dimensions: {N: 1, K: 1, C: 16, R: 3, S: 3, Y: 16, X: 16}
  }
  Layer grouped { Type: NGCONV Dimensions { G: 4, K: 8, C: 4, R: 1, S: 1, Y': 14, X': 14 } }
  Layer fc { Type: GEMM Dimensions { M: 1, N: 10, K: 6272 } /* rows, columns, inner */ }
}
