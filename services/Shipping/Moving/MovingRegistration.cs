using ServiceDefaults.Actors;

namespace Shipping.Moving;

internal static class MovingRegistration
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    public static void AddMoving(this IServiceCollection services)
    {
        services.AddShippingOptions();
        services.AddActorReminders().AddSingleton<ShipmentScheduler>();
        services.AddActors(actors =>
        {
            actors.ActorIdleTimeout = Idle;
            actors.Actors.RegisterActor<ShipmentActor>();
        });
    }
}
