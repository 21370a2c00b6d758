namespace Orders.Choreography;

internal static class ChoreographyRegistration
{
    public static IServiceCollection AddChoreography(this IServiceCollection services) => services.AddSingleton<Signals>();
}
