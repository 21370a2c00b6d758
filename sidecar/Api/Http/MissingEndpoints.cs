namespace Sidecar.Api.Http;

/// <summary>
/// Building blocks for which no component can be configured here: they answer what daprd answers when none is.
/// </summary>
internal static class MissingEndpoints
{
    private static readonly string[] Versions = ["/v1.0", "/v1.0-alpha1", "/v1.0-alpha2"];

    public static void MapMissing(this IEndpointRouteBuilder routes)
    {
        foreach (var version in Versions)
        {
            routes.MapPost(version + "/conversation/{component}/converse", context => throw DaprErrors.ConversationNotFound(context.Route("component")));
        }
    }
}
