using Microsoft.AspNetCore.Builder;

namespace ServiceDefaults.Requests;

public static class CallerConventions
{
    /// <summary>Admits these callers. An endpoint without this call admits no caller.</summary>
    public static TBuilder Admit<TBuilder>(this TBuilder endpoints, CallerKinds kinds, params string[] apps)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new AdmittedCallers(kinds, apps));

    public static TBuilder AdmitApps<TBuilder>(this TBuilder endpoints, params string[] apps)
        where TBuilder : IEndpointConventionBuilder => endpoints.Admit(CallerKinds.None, apps);

    /// <summary>For callbacks of the app's own sidecar, which the app token protects: no limits of the edge apply to them.</summary>
    public static TBuilder AdmitSidecar<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new SidecarCallback()).DisableRateLimiting();
}
