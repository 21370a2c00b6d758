namespace Sidecar.Api.Http;

/// <summary>Marks a route that the public port serves as well.</summary>
internal sealed class PublicRoute;
