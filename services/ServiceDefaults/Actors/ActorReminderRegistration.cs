using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Actors;

public static class ActorReminderRegistration
{
    public static IServiceCollection AddActorReminders(this IServiceCollection services) =>
        services.AddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<IConfiguration>();
            return new ActorReminders(new HttpClient(OutgoingHeaders.Of(settings)) { BaseAddress = SidecarAddress.Http(settings) });
        });
}
