namespace Orders.DeadLetters;

internal static class DeadLettersRegistration
{
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) =>
        services.AddSingleton<DeadLetterStore>().AddSingleton<DeadLetterService>();
}
