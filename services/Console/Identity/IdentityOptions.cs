namespace Console.Identity;

/// <summary>
/// The provider that signs people in (<c>Identity:*</c>). With <see cref="Authority"/> an OpenID Connect provider, the gateway's; without
/// it, and only in Development, the gateway's own token endpoint.
/// </summary>
internal sealed record IdentityOptions
{
    public string? Authority { get; init; }
    public string ClientId { get; init; } = "order-platform-console";

    /// <summary>The name of the client secret in the secret store; null for a public client, which PKCE protects alone.</summary>
    public string? ClientSecretName { get; init; }

    /// <summary>The audience of the access token, which is the gateway's <c>Identity:Audience</c>; sent to the provider as <c>audience</c>.
    /// A provider that works by scopes needs it in <see cref="Scopes"/>.</summary>
    public string Audience { get; init; } = "order-platform";
    public string Scopes { get; init; } = "openid profile";

    public string SecretStore { get; init; } = "secrets";
    public string CookieSecretName { get; init; } = "console-cookie-key";
}
