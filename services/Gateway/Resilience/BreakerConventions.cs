namespace Gateway.Resilience;

internal static class BreakerConventions
{
    /// <summary>Guards an endpoint by the breaker of the app that serves it.</summary>
    public static TBuilder GuardedBy<TBuilder>(this TBuilder endpoint, string appId)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context => context.RequestServices.GetRequiredService<AppBreakers>().GuardAsync(appId, context, next);
        });
        return endpoint;
    }
}
