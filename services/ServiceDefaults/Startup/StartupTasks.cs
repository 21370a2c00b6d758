using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Startup;

public static class StartupTasks
{
    public static IServiceCollection AddStartupTask<TTask>(this IServiceCollection services)
        where TTask : class, IStartupTask => services.AddSingleton<TTask>().AddHostedService<StartupRunner<TTask>>();
}
