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
            var outgoing = new OutgoingHeaders(settings["APP_ID"] ?? "", settings["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null)
            {
                InnerHandler = new SocketsHttpHandler
                {
                    UseProxy = false,
                    UseCookies = false,
                    AllowAutoRedirect = false,
                },
            };
            return new ActorReminders(new HttpClient(outgoing) { BaseAddress = SidecarAddress.Http(settings) });
        });
}
