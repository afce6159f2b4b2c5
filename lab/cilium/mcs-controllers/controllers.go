// Package controllers stands in for sigs.k8s.io/mcs-api/controllers, of which Cilium uses one constant, for multi-cluster Services only.
package controllers

// DerivedServiceAnnotation is what the original defines under this name.
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
