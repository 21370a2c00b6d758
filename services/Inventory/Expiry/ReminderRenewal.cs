using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.Extensions.Options;
using ServiceDefaults.Actors;
using ServiceDefaults.Refusals;

namespace Inventory.Expiry;

/// <summary>
/// Registers the reminder of products whose open reservations are overdue: reminders are kept by the runtime that runs the actors, and are
/// gone after a move to another one or the loss of a scheduler's data.
/// </summary>
internal sealed partial class ReminderRenewal(
    ProductStore products,
    OpenReservationPages pages,
    ActorReminders reminders,
    IOptions<ExpiryOptions> options,
    TimeProvider time,
    ILogger<ReminderRenewal> logger
) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Expires)
        {
            return;
        }
        using var timer = new PeriodicTimer(First, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(stoppingToken);
            timer.Period = options.Value.RenewEvery;
        }
    }

    /// <summary>Returns the products whose reminder was gone.</summary>
    public async Task<IReadOnlyList<string>> RenewAsync(CancellationToken cancellation)
    {
        var renewed = new List<string>();
        foreach (var product in await products.ListAsync(cancellation))
        {
            if (
                await OldestAsync(product.ProductId, cancellation) is { } oldest
                && oldest.Since + options.Value.ExpireAfter + (options.Value.Period * 2) + Grace < time.GetUtcNow()
            )
            {
                await reminders.RegisterAsync(
                    ProductStockNames.ActorType,
                    ActorName.Of(product.ProductId),
                    ProductStockNames.Reminder,
                    TimeSpan.Zero,
                    options.Value.Period,
                    cancellation
                );
                renewed.Add(product.ProductId);
            }
        }
        return renewed;
    }

    /// <summary>Null if the product has no open reservation, or if they can't be read, which stops no other product.</summary>
    private async Task<OpenReservation?> OldestAsync(string productId, CancellationToken cancellation)
    {
        try
        {
            return (await pages.OldestAsync(productId, cancellation))?.Orders.FirstOrDefault();
        }
        catch (Exception e) when (e is not OperationCanceledException && !DependencyFailures.MayPass(e))
        {
            LogUnreadable(e, productId);
            return null;
        }
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            if (await RenewAsync(cancellation) is { Count: > 0 } renewed)
            {
                LogRenewed(string.Join(", ", renewed));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Reservations of {Products} were overdue; their reminders are registered again")]
    private partial void LogRenewed(string products);

    [LoggerMessage(2203, LogLevel.Error, "The open reservations of product {ProductId} can't be read")]
    private partial void LogUnreadable(Exception failure, string productId);

    [LoggerMessage(2202, LogLevel.Warning, "Overdue reservations could not be looked for; next time")]
    private partial void LogFailed(Exception failure);
}
