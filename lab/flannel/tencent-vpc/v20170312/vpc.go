// Package v20170312 stands in for Tencent Cloud's own package of this name, which the lab has no use for. Only flanneld's
// backend "tencent-vpc" calls it, and that backend works in that cloud alone: here every call fails.
package v20170312

import "errors"

var errStandIn = errors.New("built without the library of Tencent Cloud: the backend tencent-vpc cannot be used")

// Client has the three calls that flanneld makes; each of them fails.
type Client struct{}

// NewClientWithSecretId never fails; flanneld does not look at its error.
func NewClientWithSecretId(_, _, _ string) (*Client, error) { return &Client{}, nil }

type Filter struct {
	Name   *string
	Values []*string
}

type Route struct {
	DestinationCidrBlock, GatewayType, GatewayId, RouteType *string
	Enabled                                                 *bool
	RouteId                                                 *uint64
}

type RouteTable struct {
	RouteTableId *string
	RouteSet     []*Route
}

type (
	DescribeRouteTablesRequest struct{ Filters []*Filter }
	CreateRoutesRequest        struct {
		RouteTableId *string
		Routes       []*Route
	}
	DeleteRoutesRequest CreateRoutesRequest

	DescribeRouteTablesResponse struct {
		Response *struct{ RouteTableSet []*RouteTable }
	}
	CreateRoutesResponse struct{}
	DeleteRoutesResponse struct{}
)

func NewDescribeRouteTablesRequest() *DescribeRouteTablesRequest {
	return &DescribeRouteTablesRequest{}
}
func NewCreateRoutesRequest() *CreateRoutesRequest { return &CreateRoutesRequest{} }
func NewDeleteRoutesRequest() *DeleteRoutesRequest { return &DeleteRoutesRequest{} }

func (*Client) DescribeRouteTables(*DescribeRouteTablesRequest) (*DescribeRouteTablesResponse, error) {
	return nil, errStandIn
}
func (*Client) CreateRoutes(*CreateRoutesRequest) (*CreateRoutesResponse, error) {
	return nil, errStandIn
}
func (*Client) DeleteRoutes(*DeleteRoutesRequest) (*DeleteRoutesResponse, error) {
	return nil, errStandIn
}
