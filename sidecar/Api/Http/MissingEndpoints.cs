namespace Sidecar.Api.Http;

/// <summary>
/// Building blocks for which no component can be configured here: they answer what daprd answers when none is. The rest of Dapr's API that is left
/// out says so by name.
/// </summary>
internal static class MissingEndpoints
{
    private static readonly string[] Versions = ["/v1.0", "/v1.0-alpha1", "/v1.0-alpha2"];

    private static readonly (string Path, string Feature)[] LeftOut = [("jobs", "jobs")];

    public static void MapMissing(this IEndpointRouteBuilder routes)
    {
        foreach (var version in Versions)
        {
            routes.MapPut(version + "/crypto/{provider}/{operation}", _ => throw DaprErrors.CryptoProvidersNotConfigured());
            routes.MapPost(version + "/conversation/{component}/converse", context => throw DaprErrors.ConversationNotFound(context.Route("component")));
            foreach (var (path, feature) in LeftOut)
            {
                routes.Map($"{version}/{path}/{{**rest}}", _ => throw DaprErrors.NotHere(feature));
            }
        }
    }
}
