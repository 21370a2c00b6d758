namespace Sidecar.Invocation;

/// <summary>The code with which a gRPC app has answered a forwarded request, stored with the request: its HTTP status is another.</summary>
internal sealed record GrpcAppStatus(int Code);
